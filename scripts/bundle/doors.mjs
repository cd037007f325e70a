import { dirname, join } from 'node:path';
import { root } from '../setup.mjs';
import { importsOf, reachable } from './graph.mjs';

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

function behindDoors() {
  const isDoor = new Set(doors);
  const outside = reachable(join(root, 'dist/index.js'), (path) => importsOf(path).filter((to) => !isDoor.has(to)));
  const inside = reachable(laterEntry, (path) => (path === laterEntry ? doors : importsOf(path)));
  return new Set([...inside].filter((path) => !outside.has(path)));
}

const stub = (name) =>
  `export let ${name} = function (...args) { open(); return new.target ? new ${name}(...args) : ${name}(...args); };`;

export function later() {
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
 * Everything that `import 'manyfold'` needs stands in one file, each further one costs it half a millisecond; and what the
 * first message or the first start needs, in another.
 */
export function chunkOf() {
  let core;
  let behind;
  return (id, { getModuleInfo }) => {
    const imports = (from) => getModuleInfo(from)?.importedIds ?? [];
    core ??= reachable(join(root, 'dist/index.js'), imports);
    behind ??= reachable(laterEntry, imports);
    return core.has(id) ? 'core' : behind.has(id) || id === laterEntry ? 'later' : undefined;
  };
}
