import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { guard } from '../support/guard.js';
import { root, runProgram } from '../support/program.js';
import { javascript } from './esbuild.js';
import { packed, project } from './pack.js';
import { printed, program } from './program.js';

guard();

const KB = 1024;
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly default?: string }>>;
};
/** What users can import: `manyfold`, `manyfold/queue`, ... */
const entries = Object.keys(exports).flatMap((path) => (path.endsWith('.json') ? [] : [`manyfold${path.slice(1)}`]));

test('JavaScript with import runs on the package', async () => {
  using folder = await project({ 'main.mjs': javascript(program) });
  const result = await runProgram(folder.file('main.mjs'));
  assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null });
});

test('JavaScript with require runs on the package', async () => {
  using folder = await project({ 'main.cjs': javascript(program, 'cjs') });
  const result = await runProgram(folder.file('main.cjs'));
  assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null });
});

test('import and require give the same things, of every entry', async () => {
  const compare = entries.map((entry) => `same('${entry}', await import('${entry}'), require('${entry}'));`).join('\n');
  using folder = await project({
    'main.mjs': `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      function same(entry, imported, required) {
        const names = Object.keys(required);
        const differ = names.filter((name) => imported[name] !== required[name]);
        console.log(entry, names.length === Object.keys(imported).length, differ.join());
      }
      ${compare}`,
  });
  const { stdout, stderr } = await runProgram(folder.file('main.mjs'));
  assert.deepEqual([stdout, stderr], [entries.map((entry) => `${entry} true \n`).join(''), '']);
});

test('a thread has the library once, however it is reached, and takes it as its starter has compiled it', async () => {
  using folder = await project({
    'work.mjs': `import { Queue } from 'manyfold';
      export const isSame = (type) => type === Queue;`,
    'main.mjs': `import { Queue } from 'manyfold';
      import { Thread } from 'manyfold/threading';
      import { isSame } from './work.mjs';
      const rejected = () => {
        const { core, later } = globalThis[Symbol.for('manyfold.code')];
        return [core.cachedDataRejected, later.cachedDataRejected].join(' ');
      };
      const look = () => {
        console.log(isSame(Queue), rejected());
        const inner = new Thread({ target: () => console.log(rejected()) });
        return inner.start().then(() => inner.join());
      };
      const thread = new Thread({ target: look });
      await thread.start();
      await thread.join();`,
  });
  const result = await runProgram(folder.file('main.mjs'));
  assert.deepEqual(result, { stdout: 'true false false\nfalse false\n', stderr: '', code: 0, signal: null });
});

for (const [name, module] of [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext'],
] as const) {
  test(`TypeScript finds the types of every entry by moduleResolution ${name}, and has no complaint about them`, async () => {
    const all = entries.map((entry, at) => `import * as entry${at} from '${entry}';\nvoid entry${at};\n`).join('');
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      module,
      moduleResolution: name,
      types: ['node'],
      outDir: 'out',
    };
    using folder = await project({
      'main.ts': program,
      'entries.ts': all,
      'tsconfig.json': JSON.stringify({ compilerOptions, files: ['main.ts', 'entries.ts'] }),
    });
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const complaints = await new Promise<string>((resolve) => {
      execFile(process.execPath, [compiler, '-p', folder.path], (_error, stdout) => resolve(stdout));
    });
    assert.equal(complaints, '');
    const result = await runProgram(folder.file('out/main.js'));
    assert.deepEqual(result, { stdout: printed, stderr: '', code: 0, signal: null });
  });
}

test('the package has what it needs, and nothing else', async () => {
  const paths = (await packed()).files.map(({ path }) => path);
  const strange = paths.filter(
    (path) => !/^(?:bundle|dist|docs)\/|^(?:README[\w.-]*|CHANGELOG)\.md$|^(?:LICENSE|package\.json)$/.test(path),
  );
  assert.deepEqual(strange, []);
  const named = Object.values(exports).flatMap((paths_) => (typeof paths_ === 'object' ? Object.values(paths_) : []));
  const missing = named.filter((path) => !/^\.\/dist\/.*\.js$/.test(path) && !paths.includes(path.slice(2)));
  assert.deepEqual(missing, []);
});

test('the package keeps to its size: 1100 KB, and 3000 KB on the disk', async () => {
  const { size, unpackedSize } = await packed();
  assert.ok(size < 1100 * KB, `the tarball has ${Math.round(size / KB)} KB`);
  assert.ok(unpackedSize < 3000 * KB, `unpacked it has ${Math.round(unpackedSize / KB)} KB`);
});

test("import 'manyfold' reads no more than three files and 220 KB, only cheap modules of Node, and nothing native", async () => {
  const read = closure(join(root, 'bundle/index.js')); // and core.cjs, core-code.cjs
  assert.equal(read.size, 3, [...read.keys()].join(', '));
  const bytes = [...read.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(bytes < 220 * KB, `${Math.round(bytes / KB)} KB`);

  using folder = await project({
    'main.mjs': `
      import { readFileSync } from 'node:fs';
      import { builtinModules } from 'node:module';
      // What Node itself loads for the cheap ones is not the import's.
      for (const name of ['fs', 'module', 'os', 'path', 'url', 'util', 'vm']) process.getBuiltinModule(name);
      const before = new Set(process.moduleLoadList);
      const { Pipe } = await import('manyfold');
      const added = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace(/^\\w+ /, ''));
      console.log(added.filter((name) => builtinModules.includes(name)).join());
      console.log(readFileSync('/proc/self/maps', 'latin1').includes('koffi'));
      const code = Symbol.for('manyfold.code');
      console.log(Object.keys(globalThis[code]).join());
      Pipe()[0].sendSync('a first message');
      console.log(Object.keys(globalThis[code]).join());
    `,
  });
  const { stdout, code } = await runProgram(folder.file('main.mjs'));
  assert.deepEqual([stdout, code], ['\nfalse\ncore\ncore,later\n', 0]);
});

test("import 'manyfold' takes less than 100 ms", async () => {
  using folder = await project({ 'empty.mjs': '', 'main.mjs': "import 'manyfold';" });
  const timeOf = async (name: string): Promise<number> => {
    const start = performance.now();
    await runProgram(folder.file(name));
    return performance.now() - start;
  };
  // The best of some, of more on a busy machine: what else it does is not the import's.
  const best = { empty: Infinity, main: Infinity };
  for (let round = 0; round < 5 || (round < 20 && best.main - best.empty >= 100); round++) {
    best.empty = Math.min(best.empty, await timeOf('empty.mjs'));
    best.main = Math.min(best.main, await timeOf('main.mjs'));
  }
  const took = best.main - best.empty;
  assert.ok(took < 100, `${took.toFixed(1)} ms`);
});

/** The files of the package that are read when one of them is imported, with their sizes. */
function closure(file: string, found = new Map<string, number>()): Map<string, number> {
  if (found.has(file)) return found;
  const text = readFileSync(file, 'utf8');
  found.set(file, Buffer.byteLength(text));
  const paths = [...text.matchAll(/(?:\brequire|\))\(["'](\.[^"']+)["']\)/g)].map(([, path]) => path!);
  if (file.endsWith('core.cjs')) paths.push('./core-code.cjs');
  for (const path of paths) if (path !== './later.cjs') closure(join(dirname(file), path), found);
  return found;
}
