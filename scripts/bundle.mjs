// What is published: a few files instead of a hundred. To find and read that many takes Node three times as long as the
// whole import may take.

import { build } from 'esbuild';
import { join } from 'node:path';
import { root } from './setup.mjs';

const entries = [
  'index',
  'queue/index',
  'coroutines/index',
  'network/index',
  'futures/index',
  'shared/index',
  'named/index',
  'context/threading',
  'util/index',
  'boot/server',
  'boot/child',
  'boot/watcher',
  'boot/thread',
  'boot/cli',
];

/**
 * Node's own modules, as they are. A plain import makes Node put a module with all names around each of them, and for
 * that it loads what some of the names stand for: a millisecond and a half of the import.
 */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin', sideEffects: false } : { path, external: true },
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^[a-z]\w*$/i.test(name));
      const exports = names.filter((name) => name !== 'default').map((name) => constant(name));
      return {
        contents: [`const all = process.getBuiltinModule('${path}');`, ...exports, 'export default all;'].join('\n'),
      };
    });
  },
};

/** Left out where nobody uses it. */
function constant(name) {
  return `const ${name}_ = /* @__PURE__ */ (() => all.${name})(); export { ${name}_ as ${name} };`;
}

await build({
  absWorkingDir: root,
  entryPoints: entries.map((name) => join(root, `dist/${name}.js`)),
  plugins: [builtins],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  outbase: 'dist',
  outdir: 'bundle',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  logLevel: 'warning',
  // A third of what Node would have to parse are comments and indentation. Names stay: stacks show them.
  minifyWhitespace: true,
  minifySyntax: true,
});
