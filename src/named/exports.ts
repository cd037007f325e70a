import { registerExports } from '../memory/handle.js';
import { pruneSharedMemory } from './prune.js';
import { ShareableList } from './shareable-list.js';
import { SharedMemory } from './shared-memory.js';

registerExports({ ShareableList, SharedMemory, pruneSharedMemory });
