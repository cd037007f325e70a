import { ThreadWorker } from 'poolifier';
import noop from './noop.js';

export default new ThreadWorker<number, number>((x) => noop(x!));
