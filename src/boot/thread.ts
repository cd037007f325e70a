/** The program of a thread. */
// Whatever a thread may be sent has to be known to it before.
import './everything.js';
import { bootThread } from '../threading/boot.js';

bootThread();
