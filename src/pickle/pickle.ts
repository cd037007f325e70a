import { addBuiltins } from './builtins.js';
import { addExceptions } from './exceptions.js';

/**
 * Python's pickles as data: what they name is made by a table of known types (table.ts), nothing is imported or called.
 */
export { decodePickle, type Globals } from './read.js';
export { encodePickle, type Replace } from './write.js';
export { Named, registerPickle, type PickleOptions, type PickleType, type Reduced } from './table.js';
export { Complex, Decimal, Float, Range, Slice, TimeDelta } from './types.js';

addBuiltins();
addExceptions();
