// What is published: a few files instead of hundreds. To find and read that many takes Node three times as long as the
// whole import may take.

import { build as esbuild, transform } from 'esbuild';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { rollup } from '@rollup/wasm-node';
import { minify } from 'terser';
import { filesBelow, root } from './setup.mjs';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What users import, and the programs of the library's own processes: files below dist/ and bundle/ alike. */
const entries = Object.values(exports).flatMap((paths) => paths.default?.match(/^\.\/bundle\/(.*)\.js$/)?.[1] ?? []);
const programs = filesBelow(join(root, 'dist/boot'), /\.js$/).map((path) => `boot/${path.replace(/\.js$/, '')}`);

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
      format: { max_line_len: 160, ascii_only: true }, // Node prints the whole line from which an error was thrown
      sourceMap: { asObject: true },
    });
    return { code: short, map };
  },
};

/**
 * Everything that `import 'manyfold'` needs stands in one file, each further one costs it half a millisecond; and what the
 * first message or the first start needs, in another.
 */
function chunkOf() {
  let core;
  let behind;
  return (id, { getModuleInfo }) => {
    const imports = (from) => getModuleInfo(from)?.importedIds ?? [];
    core ??= reachable(join(root, 'dist/index.js'), imports);
    behind ??= reachable(laterEntry, imports);
    return core.has(id) ? 'core' : behind.has(id) || id === laterEntry ? 'later' : undefined;
  };
}

function reachable(start, next) {
  const found = new Set([start]);
  for (const id of found) for (const to of next(id)) found.add(to);
  found.delete(start);
  return found;
}

const isExternal = (id) => /^[a-z@]/i.test(id) && !id.startsWith('node:');

/** Builds these files below dist/ in as few files as may be. */
async function build(dir, names, { plugins = [], output }) {
  const bundle = await rollup({
    input: Object.fromEntries(names.map((name) => [name, join(root, `dist/${name}.js`)])),
    plugins: [...plugins, builtins],
    external: isExternal,
    onwarn: (warning) => {
      // What the compiler makes of `using` asks for `this` at the top of a module, and does without it.
      if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
    },
  });
  const { output: files } = await bundle.write({
    dir: join(root, dir),
    hoistTransitiveImports: false,
    manualChunks: chunkOf(),
    ...output,
  });
  await bundle.close();
  return files;
}

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
async function buildForBundlers() {
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

/**
 * The doors to what is loaded with the first call of one of them: half of the library, and with it half of what V8 would
 * have to read for an import. What they export is only called, or constructed with `new`: who is on this side of them gets
 * functions that open all of them, and do that.
 */
const doors = [
  'closure/capture',
  'closure/inspector',
  'closure/kin',
  'closure/rebuild',
  'codec/decode',
  'codec/encode',
  'codec/functions',
  'pool/mapping',
  'pool/open',
  'pool/stream',
  'pool/worker',
  'process/fork-caller',
  'process/start',
  'threading/start',
].map((name) => join(root, `dist/${name}.js`));
const laterEntry = '\0later';

const importsOf = (path) =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:import|export)\b[^;]*?'(\..*?)';$/gm)].map(([, to]) =>
    join(dirname(path), to),
  );

function behindDoors() {
  const isDoor = new Set(doors);
  const outside = reachable(join(root, 'dist/index.js'), (path) => importsOf(path).filter((to) => !isDoor.has(to)));
  const inside = doors.flatMap((door) => [...reachable(door, importsOf), door]);
  return new Set(inside.filter((path) => !outside.has(path)));
}

const stub = (name) =>
  `export let ${name} = function (...args) { open(); return new.target ? new ${name}(...args) : ${name}(...args); };`;

function later() {
  const behind = behindDoors();
  const namesOf = async (context, door) => (await context.load({ id: door })).exports;
  return {
    name: 'later',
    buildStart() {
      this.emitFile({
        type: 'chunk',
        id: laterEntry,
        fileName: 'chunks/later.cjs',
        preserveSignature: 'allow-extension',
      });
    },
    resolveId(path, importer) {
      if (path.startsWith(laterEntry)) return path;
      const file = importer && path.startsWith('.') ? join(dirname(importer), path) : undefined;
      return doors.includes(file) && !behind.has(importer) ? `${laterEntry}:${file}` : undefined;
    },
    async load(id) {
      if (!id.startsWith(laterEntry)) return undefined;
      if (id === laterEntry) return doors.map((door) => `export * from '${door}';`).join('\n');
      const door = id.slice(laterEntry.length + 1);
      if (door !== 'open') return `export { ${(await namesOf(this, door)).join(', ')} } from '${laterEntry}:open';`;
      const names = (await Promise.all(doors.map((one) => namesOf(this, one)))).flat();
      return `function open() {
          const later = require('./later.cjs');
          ${names.map((name) => `${name} = later.${name};`).join(' ')}
        }
        ${names.map(stub).join('\n')}`;
    },
  };
}

/**
 * Hundreds of assignments, each run once, are slow: half a millisecond of the import. And so are hundreds of properties of one
 * object, for each use: the later part takes those that do not change into constants of its own.
 */
function shareAtOnce() {
  let tell;
  const constants = new Promise((resolve) => (tell = resolve));
  return {
    name: 'shareAtOnce',
    renderChunk: async (code, { fileName }) => {
      if (fileName === 'chunks/core.cjs') {
        const names = new Set();
        const list = code.replace(/(?:^exports\.[\w$]+ = [\w$]+;\n){9,}/gm, (lines) => {
          const found = [...lines.matchAll(/^exports\.([\w$]+) = ([\w$]+);$/gm)];
          for (const [, name] of found) names.add(name);
          return `Object.assign(exports, {${found.map(([, name, value]) => `${name}: ${value}`).join(', ')}});\n`;
        });
        tell(names);
        return { code: list, map: null };
      }
      if (fileName !== 'chunks/later.cjs') return null;
      const names = await constants;
      const used = new Set();
      const own = code.replaceAll(/(?<![\w$.#])core\.([\w$]+)/g, (whole, name) => {
        if (!names.has(name)) return whole;
        used.add(name);
        return `core$${name}`;
      });
      const list = [...used].map((name) => `${name}: core$${name}`).join(', ');
      return { code: own.replace(/^var core = .*;$/m, (line) => `${line} const {${list}} = core;`), map: null };
    },
  };
}

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

async function buildForNode() {
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
    copyFileSync(join(root, 'scripts/code-loader.cjs'), at(`chunks/${chunk}.cjs`));
  }
}

await buildForNode();
await buildForBundlers();
