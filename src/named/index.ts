import './exports.js';

export { FileExistsError, FileNotFoundError } from '../errors.js';
export { pruneSharedMemory } from './prune.js';
export { ShareableList, type Item } from './shareable-list.js';
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js';
