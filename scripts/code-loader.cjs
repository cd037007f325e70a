'use strict';
/**
 * bundle/chunks/core.cjs: loads library.cjs beside it as `require` would, so that V8 can be asked for what it has compiled
 * of it (src/system/code.ts). That spares a thread most of the time that loading it takes.
 */
const { readFileSync } = process.getBuiltinModule('node:fs');
const { Script, constants } = process.getBuiltinModule('node:vm');

const filename = __filename.replace(/core\.cjs$/, 'library.cjs');
/** What others have compiled, where the program of a thread has put it; and then the script, to be asked for the same. */
const key = Symbol.for('manyfold.code');
const head = '(function (exports, require, module, __filename) {';

function compile() {
  const { emitWarning } = process;
  process.emitWarning = () => {}; // Node's, that this way of importing is experimental
  try {
    return new Script(`${head}${readFileSync(filename, 'latin1')}\n})`, {
      filename,
      columnOffset: -head.length,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      cachedData: globalThis[key],
    });
  } finally {
    process.emitWarning = emitWarning;
  }
}

if (process.sourceMapsEnabled || process.execArgv.includes('--enable-source-maps')) {
  module.exports = require('./library.cjs'); // Node follows maps only in what it has loaded itself
} else {
  const script = compile();
  globalThis[key] = script;
  script.runInThisContext()(exports, require, module, filename);
}
