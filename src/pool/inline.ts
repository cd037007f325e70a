import { pack } from '../channel/message.js';
import { decode } from '../codec/decode.js';
import { waitAsync } from '../sync/await.js';
import { now } from '../system/clock.js';
import { beginTask, endTask } from './current-task.js';
import type { Errand } from './errand.js';
import { Local, type LocalJob } from './local.js';
import { asOutcome, type Outcome } from './outcome.js';
import { run } from './perform.js';
import { openLink, type TaskLink } from './task-link.js';

/** Runs the tasks of a pool in this process, one after the other; values are copied as if they had travelled. */
export class Inline extends Local<Uint8Array> {
  readonly size = 1;

  protected override take(message: readonly unknown[]): Uint8Array {
    return pack(message).slice();
  }

  protected override async perform(errand: Errand, message: Uint8Array): Promise<void> {
    const { ticket } = errand;
    const started = now();
    beginTask(() => linkOf(errand));
    const outcome = asOutcome(await this.#run(errand, message));
    endTask();
    ticket.took = now() - started;
    const arrived = await decode(outcome.bytes.slice());
    this.errands.finish(errand, outcome.isDone ? 'done' : 'failed', arrived);
  }

  async #run({ kind, job, receiver, options, ticket }: Errand, message: Uint8Array): Promise<Outcome> {
    let sent = 0;
    const send = async (part: readonly unknown[]): Promise<boolean> => {
      receiver.part?.((await decode(pack(part).slice())) as unknown[]);
      sent++;
      const attempt = (): true | undefined => ticket.isAborted || ticket.partsRead >= sent || undefined;
      await waitAsync({ line: ticket.roomLine, cares: false, attempt });
      return !ticket.isAborted;
    };
    try {
      await this.initialize();
      const items = (await decode(message)) as unknown[];
      const timer = options.timeout === undefined ? undefined : ticket;
      return { value: await run({ kind, send, timer }, (job as LocalJob).run, items) };
    } catch (error) {
      return { error };
    }
  }
}

function linkOf({ ticket, options }: Errand): TaskLink {
  return openLink(ticket, (value) => options.onReport?.(decode(pack(value).slice())));
}
