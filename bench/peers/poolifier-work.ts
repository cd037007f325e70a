import { ThreadWorker } from 'poolifier';
import work, { type Work } from './work.js';

export default new ThreadWorker<Work>((task) => work(task!));
