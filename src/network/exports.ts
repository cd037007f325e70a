import { registerExports } from '../memory/handle.js';
import { Client, ClientSync } from './client.js';
import { DupFd, recvHandle, recvHandleSync, sendHandle, sendHandleSync } from './dup-fd.js';
import { answerChallenge, deliverChallenge } from './greeting.js';
import { Listener } from './listener.js';
import { encryptAll } from './tls-thread.js';

registerExports({ Client, ClientSync, Listener, answerChallenge, deliverChallenge });
registerExports({ encryptAll });
registerExports({ DupFd, recvHandle, recvHandleSync, sendHandle, sendHandleSync });
