import './exports.js';

export { Pipe } from '../channel/pipe.js';
export type { Connection } from '../channel/connection.js';
export { wait, waitSync } from '../channel/wait.js';
export { DupFd, recvHandle, recvHandleSync, sendHandle, sendHandleSync } from './dup-fd.js';
export type { HasDescriptor } from './handle-number.js';
export { families, type Address, type Family } from './address.js';
export { Client, ClientSync, type ClientOptions, type ClientWaitOptions } from './client.js';
export { answerChallenge, deliverChallenge } from './greeting.js';
export type { DigestName } from './handshake.js';
export { Listener, type AcceptOptions, type ListenerOptions } from './listener.js';
