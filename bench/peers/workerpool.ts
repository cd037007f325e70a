import workerpool from 'workerpool';
import noop from './noop.js';

workerpool.worker({ noop });
