import { registerExports } from '../memory/handle.js';
import { registerAfterFork } from '../process/after-fork.js';
import { Finalize } from '../process/finalize.js';

registerExports({ Finalize, registerAfterFork });
