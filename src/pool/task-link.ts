import { lookAgain, waitAsync } from '../sync/await.js';
import type { Ticket } from './ticket.js';

/** What a task that runs needs of those who run it. */
export interface TaskLink {
  isAborted(): boolean;
  /** Resolves with true when the task is aborted, with false when it is over. */
  whenAborted(): Promise<boolean>;
  report(value: unknown): void;
  /** The task is over. */
  close(): void;
}

export function openLink(ticket: Ticket, report: (value: unknown) => void): TaskLink {
  let isOver = false;
  const attempt = (): 'aborted' | 'over' | undefined => (isOver ? 'over' : ticket.isAborted ? 'aborted' : undefined);
  return {
    isAborted: () => !isOver && ticket.isAborted, // once it is over, the ticket is another task's
    whenAborted: async () => (await waitAsync({ line: ticket.abortLine, cares: false, attempt })) === 'aborted',
    report,
    close: () => {
      isOver = true;
      lookAgain(ticket.abortLine);
    },
  };
}
