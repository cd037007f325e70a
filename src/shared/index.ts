export { SharedArray, SharedArray as Array } from './array.js';
export { RawArray } from './raw-array.js';
export { RawValue } from './raw-value.js';
export { Structure, type Fields, type RecordOf, type StructureType, type Type } from './structure.js';
export { copy, synchronized } from './synchronized.js';
export type { TypeCode } from './types.js';
export { Value } from './value.js';
