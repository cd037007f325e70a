import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../setup.mjs';
import { build } from './build.mjs';
import { compact, shorten } from './compact.mjs';
import { later } from './doors.mjs';
import { entries, programs } from './entries.mjs';
import { shareAtOnce } from './share.mjs';

/** CommonJS has none. */
const importMeta = {
  name: 'importMeta',
  resolveImportMeta: (property) =>
    property === 'url' ? `process.getBuiltinModule('node:url').pathToFileURL(__filename).href` : undefined,
};

/** What a thread or a spawned child may be sent, but hardly ever is, is loaded when it is. */
const restLater = {
  name: 'restLater',
  resolveId: (path, importer) =>
    path === './everything.js' && /boot\/(?:thread|child)\.js$/.test(importer) ? '\0rest' : undefined,
  load: (id) =>
    id === '\0rest'
      ? `import '${join(root, 'dist/context/exports.js')}';
         import { provideRest } from '${join(root, 'dist/memory/handle.js')}';
         provideRest(() => require('../boot/everything.cjs')); // from boot/ and from chunks/`
      : undefined,
};

/** Threads and spawned children have what others have compiled of the library (src/system/code.ts) before they load it. */
const takeCode = {
  'boot/thread': `{
    const code = process.getBuiltinModule('node:worker_threads').getEnvironmentData('manyfold.code');
    if (code !== undefined) globalThis[Symbol.for('manyfold.code')] = { ...code };
  }`,
  'boot/child': `if (process.argv.at(-1) === 'manyfold-input') {
    const fs = process.getBuiltinModule('node:fs');
    const code = new Uint8Array(fs.fstatSync(4).size);
    if (fs.readSync(4, code, 0, code.length, 0) > 0) {
      const [core] = new Uint32Array(code.buffer, 0, 1);
      globalThis[Symbol.for('manyfold.code')] = { core: code.subarray(4, 4 + core), later: code.subarray(4 + core) };
    }
    fs.closeSync(4);
  }`,
};

/**
 * What `import` gets: the very modules of `require`. An import of them would take Node six milliseconds more; and where an
 * entry only names what the core has, the file of that entry would take another one.
 */
function facade({ fileName, code, exports: names, imports }) {
  const inCore = new Map(
    [...code.matchAll(/\bexports\.(\w+)=[\w$]+\.([\w$]+)/g)].map(([, name, there]) => [name, there]),
  );
  const core = /require\("([./]+chunks\/core\.cjs)"\)/.exec(code)?.[1];
  const isList = core !== undefined && imports.length === 1 && names.every((name) => inCore.has(name));
  const picked = isList
    ? names.map((name) => (inCore.get(name) === name ? name : `${inCore.get(name)}: ${name}`))
    : names;
  return `const { createRequire } = process.getBuiltinModule('node:module');
export const { ${picked.join(', ')} } = createRequire(import.meta.url)('${isList ? core : `./${basename(fileName)}`}');
`;
}

export async function buildForNode() {
  const files = await build('bundle', [...entries, ...programs], {
    plugins: [importMeta, restLater, later(), shareAtOnce()],
    output: {
      format: 'cjs',
      exports: 'named',
      esModule: false,
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name].cjs',
      banner: ({ name }) => takeCode[name] ?? '',
      plugins: [compact, shorten],
      sourcemap: true,
      sourcemapExcludeSources: true, // a third of the package
    },
  });
  const at = (file) => join(root, 'bundle', file);
  for (const file of files) if (entries.includes(file.name)) writeFileSync(at(`${file.name}.js`), facade(file));
  for (const chunk of ['core', 'later']) {
    renameSync(at(`chunks/${chunk}.cjs`), at(`chunks/${chunk}-code.cjs`));
    copyFileSync(join(root, 'scripts/bundle/code-loader.cjs'), at(`chunks/${chunk}.cjs`));
  }
}
