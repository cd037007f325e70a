import { spawnSync } from 'node:child_process';
import { peerFile } from '../peers/files.js';
import { median } from '../median.js';
import { ours, peer, type Measure, type Row } from '../row.js';

export const importLibrary: Row = {
  id: 'import',
  title: 'Import the library, over an empty program',
  shown: 'time',
  contestants: [
    ours('', [], importing('manyfold')),
    peer('piscina', '', importing('piscina')),
    peer('tinypool', '', importing('tinypool')),
    peer('workerpool', '', importing('workerpool')),
  ],
};

/** How much longer a program takes that imports this than one that does nothing; the two are run in turn. */
function importing(library: string): Measure {
  return (times) => {
    const differences = Array.from({ length: times(20) }, () => {
      const empty = runSeconds();
      return runSeconds(library) - empty;
    });
    return median(differences);
  };
}

function runSeconds(...args: string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [peerFile('empty.js'), ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`importing ${args.join()} ended with ${status}: ${stderr}`);
  return (performance.now() - start) / 1000;
}
