import type { PickleBytes } from './bytes.js';
import * as op from './opcodes.js';

/** What an instruction makes of bytes alone; undefined for other instructions. */
export function readAtom(code: number, bytes: PickleBytes): unknown {
  switch (code) {
    case op.NONE:
      return null;
    case op.NEWTRUE:
      return true;
    case op.NEWFALSE:
      return false;
    case op.BININT:
      return bytes.int32();
    case op.BININT1:
      return bytes.uint8();
    case op.BININT2:
      return bytes.uint16();
    case op.LONG1:
      return bytes.long(bytes.uint8());
    case op.LONG4:
      return bytes.long(bytes.uint32());
    case op.BINFLOAT:
      return bytes.float();
    case op.SHORT_BINUNICODE:
      return bytes.string(bytes.uint8());
    case op.BINUNICODE:
      return bytes.string(bytes.uint32());
    case op.BINUNICODE8:
      return bytes.string(bytes.uint64());
    case op.SHORT_BINBYTES:
      return bytes.copy(bytes.uint8());
    case op.BINBYTES:
      return bytes.copy(bytes.uint32());
    case op.BINBYTES8:
    case op.BYTEARRAY8:
      return bytes.copy(bytes.uint64());
    case op.EMPTY_LIST:
      return [];
    case op.EMPTY_DICT:
      return {};
    case op.EMPTY_SET:
      return new Set();
    case op.EMPTY_TUPLE:
      return Object.freeze([]);
    default:
      return undefined;
  }
}
