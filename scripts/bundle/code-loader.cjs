'use strict';
/**
 * bundle/chunks/core.cjs and later.cjs: each loads the code beside it as `require` would, core-code.cjs or later-code.cjs,
 * so that V8 can be asked for what it has compiled of it (src/system/code.ts). That spares a thread most of the time that
 * loading it takes.
 */
const { readFileSync } = process.getBuiltinModule('node:fs');
const { Script, constants } = process.getBuiltinModule('node:vm');

const filename = __filename.replace(/\.cjs$/, '-code.cjs');
const name = /(\w+)\.cjs$/.exec(__filename)[1];
/** What others have compiled, where the program of a thread has put it; and then the script, to be asked for the same. */
const code = (globalThis[Symbol.for('manyfold.code')] ??= {});
const head = '(function (exports, require, module, __filename) {';

function compile() {
  const { emitWarning } = process;
  process.emitWarning = () => {}; // Node's, that this way of importing is experimental
  try {
    return new Script(`${head}${readFileSync(filename, 'latin1')}\n})`, {
      filename,
      columnOffset: -head.length,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      cachedData: code[name],
    });
  } finally {
    process.emitWarning = emitWarning;
  }
}

if (process.sourceMapsEnabled || process.execArgv.includes('--enable-source-maps')) {
  module.exports = require(filename); // Node follows maps only in what it has loaded itself
} else {
  const script = compile();
  code[name] = script;
  script.runInThisContext()(exports, require, module, filename);
}

// Where processes are forked, each child would have to load it; and a program that has filled its heap by then would begin a
// collection over it, with which each of its children goes on, in memory that it has to copy for that.
if (name === 'core' && process.execArgv.includes('--single-threaded')) void require('./later.cjs');
