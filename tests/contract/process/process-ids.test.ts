/** Process ids whose order is not that in which their processes and threads began. */

import assert from 'node:assert/strict';
import { needsApart, runApart } from '../../support/apart.js';
import { eachMethod } from '../../support/methods.js';
import { programFolder } from '../../support/program.js';
import { laneOptions } from '../../support/lane.js';

const LAST = '/proc/sys/kernel/ns_last_pid';
/** Where nobody else takes process ids. */
const alone = needsApart('processes', `echo 990 > ${LAST}`);

eachMethod(
  ['forkserver', 'fork'],
  { thread: 'a thread is not forked', coroutine: 'nor is a coroutine' },
  (method, _context, test) => {
    const isItself = method === 'fork'; // who is forked: the program, or its fork server
    // Seen in order of their digits, 1000 comes before 999: the main thread's then stands where another's was looked for.
    test('a process is forked whose threads got their ids when these got one more digit', alone, () => {
      const main = `
      import { getContext } from 'manyfold';
      import fs from 'node:fs';
      const { Process } = getContext('${method}');
      const last = process.argv[2];
      ${isItself ? '' : `fs.writeFileSync('${LAST}', last);`}
      const child = new Process({ target: () => {} });
      await child.start();
      await child.join();
      console.log(last, child.exitCode);
    `;
      using folder = programFolder({ 'main.mjs': main });
      const lasts = [990, 991, 992, 993, 994, 995, 996, 997];
      const run = [process.execPath, ...laneOptions, folder.file('main.mjs')].map((word) => `"${word}"`).join(' ');
      const script = `for last in ${lasts.join(' ')}; do ${isItself ? `echo $last > ${LAST};` : ''} ${run} $last || exit; done`;
      const { stdout, stderr } = runApart('processes', script);
      assert.equal(stdout, lasts.map((last) => `${last} 0\n`).join(''), stderr);
    });
  },
);
