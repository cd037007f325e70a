import workerpool from 'workerpool';
import noop from './noop.js';
import work from './work.js';

workerpool.worker({ noop, work });
