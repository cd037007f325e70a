// After vain attempts, so many occasions at most are let pass before the next.
const LONGEST_REST = 16;

/** Whether something is worth trying that pays only when it succeeds: the less, the longer it has not. */
export class Luck {
  #rest = 0;
  #next = 1;

  /** To be asked at each occasion. */
  isWorthATry(): boolean {
    if (this.#rest === 0) return true;
    this.#rest--;
    return false;
  }

  /** To be told after each try. */
  had(success: boolean): void {
    this.#next = success ? 1 : Math.min(this.#next * 2, LONGEST_REST);
    this.#rest = success ? 0 : this.#next - 1;
  }
}
