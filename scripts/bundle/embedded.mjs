import { build as esbuild } from 'esbuild';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { root } from '../setup.mjs';
import { build } from './build.mjs';
import { compact } from './compact.mjs';
import { entries } from './entries.mjs';

/** What a library has that is a part of another program, in place of what needs the files of the package. */
const embedded = new Map(
  ['installation', 'programs'].map((name) => [
    join(root, `dist/system/${name}.js`),
    join(root, `dist/system/embedded-${name}.js`),
  ]),
);

/**
 * The programs of the library's own processes as one function in a text: what a program has in place of the files below
 * boot/ when a bundler has put the library into it. koffi, with its native part, stays outside and is found from the
 * program's file.
 */
async function programsText() {
  const { outputFiles } = await esbuild({
    stdin: {
      contents: `switch (process.argv[2]) {
          case 'manyfold-child': require('./child.js'); break;
          case 'manyfold-forkserver': require('./server.js'); break;
          case 'manyfold-watcher': require('./watcher.js'); break;
          default: require('./thread.js');
        }`,
      resolveDir: join(root, 'dist/boot'),
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // Else it depends on the order in which files come whether they are found to be strict: no two builds would be the same.
    tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
    external: ['koffi', 'cli-progress'],
    define: { 'import.meta.url': 'manyfoldBase', MANYFOLD_PROGRAMS: 'manyfoldPrograms' },
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'utf8',
    plugins: [
      {
        name: 'embedded',
        setup: (bundler) =>
          bundler.onResolve({ filter: /\/(?:installation|programs)\.js$/ }, ({ path, resolveDir }) => ({
            path: embedded.get(join(resolveDir, path)),
          })),
      },
    ],
  });
  // A thread has no such descriptor of its own.
  const start = `const { createRequire } = process.getBuiltinModule('node:module');
    const require = createRequire(manyfoldBase);
    if (/^manyfold-/.test(process.argv[2])) require('node:fs').closeSync(4);`;
  return `function manyfoldPrograms(manyfoldBase) {${start}\n${outputFiles[0].text}\n}`;
}

/** What bundlers get: with the programs of its processes in it, and with acorn as an import that they can follow. */
export async function buildForBundlers() {
  const text = brotliCompressSync(await programsText()).toString('base64');
  const inEmbedded = {
    name: 'embedded',
    resolveId: (path, importer) => importer && embedded.get(join(dirname(importer), path)),
    transform: (code) =>
      code.includes('MANYFOLD_PROGRAMS') ? code.replaceAll('MANYFOLD_PROGRAMS', `'${text}'`) : null,
  };
  const chunkFileNames = 'chunks/[name]-[hash].js';
  await build('bundle/embedded', entries, {
    plugins: [inEmbedded],
    output: { format: 'esm', chunkFileNames, plugins: [compact] },
  });
}
