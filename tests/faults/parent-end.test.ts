/** However a program ends, within a second nothing of it is left. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { eachMethod } from '../support/methods.js';
import { describeProcess, relatives } from '../support/processes.js';
import { programFolder, startProgram, type RunningProgram } from '../support/program.js';
import { until } from '../support/wait.js';

/** A program with two children, one of them a daemon, and a grandchild; its end is told as the first argument. */
const program = (method: string, work: string) => `
  import { getContext, Process } from 'manyfold';
  const { Process: OfMethod, SimpleQueue } = getContext('${method}');
  const running = new SimpleQueue();
  const work = () => { running.putSync(1); ${work} };
  const parent = async () => {
    const grandchild = new Process({ target: work });
    await grandchild.start();
    work();
    await grandchild.join();
  };
  await new OfMethod({ target: parent }).start();
  await new OfMethod({ target: work, daemon: true }).start();
  for (let i = 0; i < 3; i++) await running.get();
  console.log('ready');
  switch (process.argv[2]) {
    case 'error': setTimeout(() => { throw new Error('nobody catches this'); }, 1); break;
    case 'exit': process.exit(3); break;
    case 'head': setInterval(() => console.log('more'), 5); break;
  }
`;

const kinds = { idle: `setInterval(() => {}, 1000);`, busy: 'while (true);' };
const signals = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const endings = [...signals, 'error', 'exit', 'head'] as const;
type Ending = (typeof endings)[number];

function end(running: RunningProgram, ending: Ending): void {
  if (ending === 'head') running.child.stdout?.destroy();
  else if (ending !== 'error' && ending !== 'exit') running.kill(ending);
}

eachMethod(['forkserver', 'spawn', 'fork'], (method, _context, test) => {
  for (const [kind, work] of Object.entries(kinds)) {
    for (const ending of endings) {
      test(`nothing is left of a program with ${kind} children that ends by ${ending}`, async () => {
        using folder = programFolder({ 'main.mjs': program(method, work) });
        const mark = `FAULT=${folder.path}`;
        await using running = startProgram(folder.file('main.mjs'), { args: [ending], env: { FAULT: folder.path } });
        await running.output('ready');
        const before = relatives(running.pid, mark).length;
        const ended = running.child.exitCode ?? running.child.signalCode ?? once(running.child, 'exit');
        end(running, ending);
        await ended;
        await until(() => relatives(running.pid, mark).length === 0);
        const left = relatives(running.pid, mark);
        for (const { pid } of left) process.kill(pid, 'SIGKILL');
        assert.deepEqual(left.map(describeProcess), []);
        if (ending !== 'exit' && ending !== 'error') assert.ok(before >= 3, `only ${before} processes`);
      });
    }
  }
});
