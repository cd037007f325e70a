/** Remembers by which path a value was reached, so that an error can say where the culprit is. */
import { PicklingError } from '../errors.js';

export class Trail {
  readonly #steps: string[];

  constructor(root: string) {
    this.#steps = [root];
  }

  /** Runs `work` one step further down. */
  within<Result>(step: string, work: () => Result): Result {
    this.#steps.push(step);
    // Not in `finally`: after an error the steps are read once more by nobody, and the hot path stays flat.
    const result = work();
    this.#steps.pop();
    return result;
  }

  fail(code: PickleCode, message: string): never {
    throw new PicklingError(code, `${message}\n  reached through: ${this.#steps.join(' -> ')}`);
  }

  /** The step last taken. */
  get here(): string {
    return this.#steps.at(-1) ?? '';
  }

  get depth(): number {
    return this.#steps.length;
  }

  /** Goes back to an earlier depth, after an error that was caught. */
  rewind(depth: number): void {
    this.#steps.length = depth;
  }
}

export type PickleCode =
  | 'ERR_PICKLE_UNSUPPORTED'
  | 'ERR_PICKLE_NATIVE_FUNCTION'
  | 'ERR_PICKLE_PRIVATE_FIELDS'
  | 'ERR_PICKLE_PRIVATE_NAME'
  | 'ERR_PICKLE_OUTER_THIS'
  | 'ERR_PICKLE_SUPER'
  | 'ERR_PICKLE_EVAL'
  | 'ERR_PICKLE_UNINITIALIZED'
  | 'ERR_PICKLE_SOURCE'
  | 'ERR_PICKLE_ENTRY_IMPORT'
  | 'ERR_PICKLE_REDUCE';
