// What is published: a few files instead of hundreds. To find and read that many takes Node three times as long as the
// whole import may take.

import { transform } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollup } from '@rollup/wasm-node';
import { minify } from 'terser';
import { filesBelow, root } from './setup.mjs';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What users import, and the programs of the library's own processes: files below dist/ and bundle/ alike. */
const entries = [
  ...Object.values(exports).flatMap((paths) => paths.default?.match(/^\.\/bundle\/(.*)\.js$/)?.[1] ?? []),
  ...filesBelow(join(root, 'dist/boot'), /\.js$/).map((path) => `boot/${path.replace(/\.js$/, '')}`),
];

const builtin = '\0builtin:';

/**
 * Node's own modules, as they are. A plain import makes Node put a module with all names around each of them, and for
 * that it loads what some of the names stand for: a millisecond and a half of the import.
 */
const builtins = {
  name: 'builtins',
  resolveId: (path) => (path.startsWith('node:') ? { id: builtin + path, moduleSideEffects: false } : undefined),
  resolveDynamicImport: (path) => (String(path).startsWith('node:') ? { id: path, external: true } : undefined),
  load(id) {
    if (!id.startsWith(builtin)) return undefined;
    const path = id.slice(builtin.length);
    const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^[a-z]\w*$/i.test(name));
    const constants = names.filter((name) => name !== 'default').map((name) => constant(name));
    return [`const all = process.getBuiltinModule('${path}');`, ...constants, 'export default all;'].join('\n');
  },
};

/** Left out where nobody uses it. */
function constant(name) {
  return `const ${name}_ = /* @__PURE__ */ (() => all.${name})(); export { ${name}_ as ${name} };`;
}

/** Half of the time of an import is V8's, which reads all of it: a third of that are comments and indentation. */
const compact = {
  name: 'compact',
  async renderChunk(code, { fileName }) {
    const options = { minifyWhitespace: true, minifySyntax: true, target: 'node20.19' };
    const { code: minified, map } = await transform(code, { ...options, sourcemap: 'external', sourcefile: fileName });
    return { code: minified, map };
  },
};

/** And a fourth of the rest long names of local variables. Functions and classes keep theirs: stacks show them. */
const shorten = {
  name: 'shorten',
  async renderChunk(code) {
    const mangle = { keep_fnames: true, keep_classnames: true };
    const { code: short, map } = await minify(code, {
      module: true,
      compress: false,
      mangle,
      format: { max_line_len: 160 }, // Node prints the whole line from which an error was thrown
      sourceMap: { asObject: true },
    });
    return { code: short, map };
  },
};

/** Everything that `import 'manyfold'` needs stands in one file: each further one costs it half a millisecond. */
function chunkOf() {
  let core;
  return (id, { getModuleInfo }) => {
    core ??= reachable(join(root, 'dist/index.js'), (from) => getModuleInfo(from).importedIds);
    return core.has(id) ? 'core' : undefined;
  };
}

function reachable(start, next) {
  const found = new Set([start]);
  for (const id of found) for (const to of next(id)) found.add(to);
  found.delete(start);
  return found;
}

const bundle = await rollup({
  input: Object.fromEntries(entries.map((name) => [name, join(root, `dist/${name}.js`)])),
  plugins: [builtins],
  external: (id) => /^[a-z@]/i.test(id) && !id.startsWith('node:'),
  onwarn: (warning) => {
    // What the compiler makes of `using` asks for `this` at the top of a module, and does without it.
    if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
  },
});
await bundle.write({
  dir: join(root, 'bundle'),
  format: 'esm',
  chunkFileNames: 'chunks/[name]-[hash].js',
  hoistTransitiveImports: false,
  manualChunks: chunkOf(),
  plugins: [compact, shorten],
  sourcemap: true,
});
await bundle.close();
