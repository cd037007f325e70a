/**
 * All that can be mentioned in a message: for processes that are sent things before they can import anything. A program
 * loads what it imports, `manyfold/connection` with its own part, so that the rest costs it nothing.
 */
import './exports.js';
import '../managers/exports.js';
import '../named/exports.js';
import '../network/exports.js';
