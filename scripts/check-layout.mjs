// Two rules of src/ that no linter expresses: imports point one way, and files stay short.

import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, root } from './setup.mjs';

// A folder may import from itself and from the layers before its own. Folders of one layer do not know each other.
const layers = [
  ['system'],
  ['logging'],
  ['memory'],
  ['sync'],
  ['queue'],
  ['closure'],
  ['codec', 'pickle'],
  ['process'],
  ['threading', 'coroutines'],
  ['channel'],
  ['network'],
  ['shared', 'named', 'pool'],
  ['managers'],
  ['context'],
  ['futures', 'util'],
  ['boot'],
];
// Packages that belong behind one door.
const doors = { koffi: 'system' };
const longest = 250;
const long = 150;

const layerOf = (folder) => layers.findIndex((layer) => layer.includes(folder));
const order = layers.map((layer) => layer.join(', ')).join(' <- ');

/** What is wrong with the imports of one file; `path` is relative to src/. */
export function checkImports(path, source) {
  const own = folderOf(path);
  if (path === 'index.ts') return [];
  return importsOf(source).flatMap(({ specifier, line }) => {
    const complain = (what) => [`src/${path}:${line}: ${what}`];
    if (!specifier.startsWith('.')) {
      const door = doors[specifier.split('/')[0]];
      if (door && door !== own) return complain(`only src/${door}/ may import '${specifier}'`);
      if (builtinModules.includes(specifier)) return complain(`write 'node:${specifier}'`);
      if (/^(?:#|manyfold\b)/.test(specifier))
        return complain(`inside of src/ imports are relative, not '${specifier}'`);
      return [];
    }
    const target = normalize(join(dirname(path), specifier)).replace(/\.js$/, '.ts');
    const other = folderOf(target);
    if (target.startsWith('..')) return complain(`'${specifier}' leaves src/`);
    if (target === 'index.ts') return complain(`nothing in src/ imports src/index.ts, which only exports`);
    if (other === own || target === 'errors.ts') return [];
    if (other === '') return complain(`'${specifier}': only errors.ts and index.ts stand beside the folders`);
    if (own === '') return complain(`src/errors.ts imports nothing from the folders`);
    if (layerOf(other) === -1 || layerOf(own) === -1) {
      return complain(`'${layerOf(other) === -1 ? other : own}' is no layer yet; add it to scripts/check-layout.mjs`);
    }
    if (layerOf(other) < layerOf(own)) return [];
    return complain(`'${own}' may not import '${other}' (imports point left: ${order})`);
  });
}

function folderOf(path) {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

/** The specifiers of static imports, re-exports, and dynamic imports and requires of a literal. */
function importsOf(source) {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\s*'([^']+)'|\b(?:import|require)\(\s*'([^']+)'\s*\)/g;
  return [...withoutComments(source).matchAll(pattern)].map((match) => ({
    specifier: match[1] ?? match[2] ?? match[3],
    line: source.slice(0, match.index + match[0].length).split('\n').length,
  }));
}

// Blanks keep the line numbers. A `//` inside of a string does no harm: no import follows on its line.
function withoutComments(source) {
  const blank = (text) => text.replaceAll(/[^\n]/g, ' ');
  return source.replaceAll(/\/\*[^]*?\*\//g, blank).replaceAll(/(^|\s)\/\/.*/g, blank);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const errors = [];
  for (const path of filesBelow(join(root, 'src'), /\.[cm]?ts$/)) {
    const source = readFileSync(join(root, 'src', path), 'utf8');
    errors.push(...checkImports(path, source));
    const lines = source.trimEnd().split('\n').length;
    if (lines > longest) errors.push(`src/${path}: ${lines} lines; a file has at most ${longest}`);
    else if (lines > long) console.log(`note: src/${path} has ${lines} lines; is it still about one thing?`);
  }
  for (const error of errors) console.error(error);
  process.exitCode = errors.length > 0 ? 1 : 0;
}
