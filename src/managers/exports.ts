import { registerExports, registerHandle } from '../memory/handle.js';
import { PythonError, RemoteError } from '../pickle/errors.js';
import { Complex, Decimal, Float, Named, Range, registerPickle, Slice, TimeDelta } from '../pickle/pickle.js';
import { Block } from './block.js';
import { Card } from './card.js';
import { serveManager } from './launch.js';
import { BaseManager } from './manager.js';
import { BaseProxy } from './proxy.js';
import { SharedMemoryManager } from './shared-memory-manager.js';
import { Manager, SyncManager } from './sync-manager.js';
import { reviveProxy } from './travel.js';

registerExports({
  BaseManager,
  BaseProxy,
  Complex,
  Decimal,
  Float,
  Manager,
  Named,
  PythonError,
  Range,
  RemoteError,
  SharedMemoryManager,
  Slice,
  SyncManager,
  TimeDelta,
  registerPickle,
  serveManager,
});
registerHandle('ManagerProxy', reviveProxy);
registerHandle('ManagerBlock', (address) => new Block(address as number));
registerHandle('ManagerCard', (address) => new Card(address as number));
