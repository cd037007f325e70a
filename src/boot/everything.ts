/**
 * All that can be mentioned in a message: for processes that are sent things before they can import anything. A program
 * loads what it imports, `manyfold/connection` with its own part, so that the rest costs it nothing.
 */
import '../context/exports.js';
import '../coroutines/exports.js';
import '../futures/exports.js';
import '../managers/exports.js';
import '../named/exports.js';
import '../network/exports.js';
import '../queue/exports.js';
import '../util/exports.js';
