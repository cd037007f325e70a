/**
 * The program of a spawned child: `node [options] child.js manyfold-child SLOT SETTINGS PARENT`, with the program's
 * memory as descriptor 3.
 */
// Whatever a child may be sent has to be known to it before.
import './everything.js';
import os from 'node:os';
import { adoptMemory, INHERITED_FD } from '../memory/program.js';
import { setParentDeathSignal } from '../system/child.js';
import { bootSpawned } from '../process/boot.js';
import { leaveWithoutParent } from '../process/launch.js';

const [id, settings, parent] = process.argv.slice(3).map(Number) as [number, number, number];
setParentDeathSignal(os.constants.signals.SIGKILL);
leaveWithoutParent(parent);

adoptMemory(INHERITED_FD);
bootSpawned(id, settings);
