// Writes the reference of the API, one page for each entry of the package, from the declarations that the compiler has
// made and the comments in them. `npm run docs` writes it to build/reference/. TypeScript 7 has no API that a generator
// of others could use; the parser that is here for the tests reads declarations well.

import { parse } from '@babel/parser';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './setup.mjs';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files = new Map();

function fileOf(path) {
  if (!files.has(path)) {
    const text = readFileSync(path, 'utf8');
    const { program } = parse(text, { sourceType: 'module', plugins: [['typescript', { dts: true }]] });
    files.set(path, { path, text, body: program.body });
  }
  return files.get(path);
}

const beside = (path, specifier) => join(dirname(path), specifier.replace(/\.js$/, '.d.ts'));

/** What a module exports under a name: all declarations of it, with the file they stand in. */
function find(path, name) {
  const { body } = fileOf(path);
  const own = body.filter(({ declaration }) => namesOf(declaration).includes(name));
  if (own.length > 0) return { path, nodes: own };
  for (const node of body) {
    if (node.type === 'ExportNamedDeclaration') {
      const found = node.specifiers.find(({ exported }) => exported.name === name);
      if (found && node.source) return find(beside(path, node.source.value), found.local.name);
      if (found) return local(path, found.local.name);
    }
    if (node.type !== 'ExportAllDeclaration' || !node.source.value.startsWith('.')) continue;
    const found = find(beside(path, node.source.value), name);
    if (found) return found;
  }
  return undefined;
}

/** A declaration that is exported by its name elsewhere in the file. */
function local(path, name) {
  const nodes = fileOf(path).body.filter((node) => namesOf(node).includes(name));
  if (nodes.length > 0) return { path, nodes };
  for (const node of fileOf(path).body) {
    const found = node.type === 'ImportDeclaration' && node.specifiers.find((one) => one.local.name === name);
    if (found) return find(beside(path, node.source.value), found.imported.name);
  }
  return undefined;
}

function namesOf(declaration) {
  if (!declaration) return [];
  if (declaration.type === 'VariableDeclaration') return declaration.declarations.map(({ id }) => id.name);
  return declaration.id ? [declaration.id.name] : [];
}

/** The names that a module exports, in the order in which it does. */
function exportedNames(path) {
  const names = [];
  for (const node of fileOf(path).body) {
    if (node.type === 'ExportAllDeclaration' && node.source.value.startsWith('.')) {
      names.push(...exportedNames(beside(path, node.source.value)));
    } else if (node.type === 'ExportNamedDeclaration') {
      names.push(...namesOf(node.declaration), ...node.specifiers.map(({ exported }) => exported.name));
    }
  }
  return names;
}

/** The text of a doc comment, without its stars. */
function commentOf(nodes) {
  const block = nodes
    .flatMap(({ leadingComments = [] }) => leadingComments)
    .findLast(({ value }) => value.startsWith('*'));
  return block?.value
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}

/** A comment in its parts: what it says, and its tags in the order in which they stand. */
function partsOf(comment = '') {
  const [text, ...tags] = comment.split(/^(?=@\w+)/m);
  return {
    text: text.trim(),
    tags: tags.map((tag) => {
      const [, name, content] = /^@(\w+)\s*([^]*)$/.exec(tag);
      return { name, content: content.trim() };
    }),
  };
}

/** Members under a symbol of the library's own are for the library. */
const isOwnSymbol = ({ computed, key }) => computed && key.type === 'Identifier';

const isPublic = (member) =>
  !isOwnSymbol(member) &&
  !['private', 'protected'].includes(member.accessibility) &&
  member.key?.type !== 'PrivateName' &&
  !member.key?.name?.startsWith('#');

function kindOf(node) {
  const declaration = node.declaration ?? node;
  switch (declaration.type) {
    case 'ClassDeclaration':
      return 'class';
    case 'TSDeclareFunction':
      return 'function';
    case 'VariableDeclaration':
      return 'value';
    default:
      return 'type';
  }
}

/** A public name: what it is, how it is declared, what its comment says, and the same for its members. */
function describe(entry, name) {
  const found = find(join(root, exports[entry].types), name);
  if (!found) throw new Error(`${entry}: '${name}' is not declared`);
  const { text } = fileOf(found.path);
  const declarations = found.nodes.map((node) => node.declaration ?? node);
  const bodyOf = ({ body }) => (Array.isArray(body?.body) ? body.body : []);
  const members = new Map();
  for (const member of declarations.flatMap(bodyOf).filter(isPublic)) {
    const key = member.key ? text.slice(member.key.start, member.key.end) : member.kind;
    const known = members.get(key) ?? { key, isNew: member.kind === 'constructor', nodes: [] };
    known.nodes.push(member);
    members.set(key, known);
  }
  return {
    entry,
    name,
    kind: kindOf(found.nodes[0]),
    heritage: declarations
      .map(({ superClass }) => superClass && text.slice(superClass.start, superClass.end))
      .find(Boolean),
    signature: declarations.map((node) => headOf(node, text)).join('\n'),
    ...partsOf(commentOf(found.nodes)),
    members: [...members.values()]
      .map((member) => describeMember(member, text))
      .filter((member) => !isInternal(member)),
  };
}

function describeMember({ key, isNew, nodes }, text) {
  const signatures = nodes.map((node) =>
    text.slice(node.start, node.end).replace(/^(?:public|abstract|override) /, ''),
  );
  return { key, isNew, signature: signatures.join('\n'), ...partsOf(commentOf(nodes)) };
}

/** A declaration without its members, which are told one by one. */
function headOf(node, text) {
  const end = node.type === 'ClassDeclaration' ? node.body.start : node.end;
  return text
    .slice(node.start, end)
    .replaceAll(/\bdeclare /g, '')
    .trim();
}

/** All public names, entry by entry; what only the library itself uses says so. */
export function publicNames() {
  const names = Object.entries(exports).flatMap(([entry, paths]) =>
    paths.types ? [...new Set(exportedNames(join(root, paths.types)))].map((name) => describe(entry, name)) : [],
  );
  return names.filter((one) => !isInternal(one));
}

function isInternal({ tags }) {
  return tags.some(({ name }) => name === 'internal');
}

/** All that has a comment: the public names, and their members as `Name.member`. */
export function commented() {
  const all = [];
  for (const { entry, name, text, tags, members } of publicNames()) {
    all.push({ entry, title: name, text, tags });
    for (const { key, ...member } of members) all.push({ ...member, entry, title: `${name}.${key}` });
  }
  return all;
}

/** What has no comment that says what it is. */
export function silentNames() {
  return commented()
    .filter(({ text }) => text === '')
    .map(({ entry, title }) => `${titleOf(entry)}: ${title}`);
}

const titleOf = (entry) => `manyfold${entry.slice(1)}`;
const pageOf = (entry) => `${titleOf(entry).replaceAll('/', '-')}.md`;
const code = (text) => ['```ts', text, '```'].join('\n');

function section({ text, tags, signature }) {
  const of = (name) => tags.filter((tag) => tag.name === name).map(({ content }) => content);
  return [
    code(signature),
    text,
    ...of('param').map((param) => param.replace(/^(\S+)\s*-?\s*/, '- `$1`: ')),
    ...of('returns').map((what) => `Returns ${what}`),
    ...of('example').map((example) => (example.includes('```') ? example : code(example))),
    of('throws').length > 0 ? ['Throws:', ...of('throws').map((what) => `- ${what}`)].join('\n') : '',
    ...of('see').map((link) => `See ${/^https?:\S+$/.test(link) ? `<${link}>` : link}`),
  ].filter(Boolean);
}

function page(entry, names) {
  const contents = names.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ');
  const sections = names.flatMap((one) => [
    `## ${one.name}`,
    ...section(one),
    ...one.members.flatMap((member) => [
      `### ${one.name}${member.isNew ? '' : '.'}${member.isNew ? '()' : member.key}`,
      ...section(member),
    ]),
  ]);
  return `${[`# ${titleOf(entry)}`, '[All entries](index.md)', contents, ...sections].join('\n\n')}\n`;
}

/** What holds for all of it, so that not every member has to say it. */
const CONVENTIONS = `Times are milliseconds, sizes are bytes. What can wait takes a \`timeout\`, after which it ends as its comment says, and a
\`signal\`: when that is aborted, the wait rejects with the signal's reason, and nothing has happened.

A name that ends in \`Sync\` blocks the calling thread. It throws what the one without \`Sync\` does; and, where nobody but this
thread could end its wait, at once a \`RuntimeError\` with the code \`ERR_WAITS_FOR_ITSELF\`. \`putNowait\` and \`getNowait\` are
\`putSync\` and \`getSync\` with \`block: false\`.

Every error of the library has a \`code\`, which stays; \`docs/errors.md\` has them all, with what to do. Examples import what they
name from the entry of their page.`;

function write(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const all = publicNames();
  const entries = [...new Set(all.map(({ entry }) => entry))];
  const index = entries.map(
    (entry) =>
      `- [${titleOf(entry)}](${pageOf(entry)}): ${all
        .filter((one) => one.entry === entry)
        .map(({ name }) => `\`${name}\``)
        .join(', ')}`,
  );
  writeFileSync(join(folder, 'index.md'), `# Reference\n\n${CONVENTIONS}\n\n${index.join('\n')}\n`);
  for (const entry of entries)
    writeFileSync(
      join(folder, pageOf(entry)),
      page(
        entry,
        all.filter((one) => one.entry === entry),
      ),
    );
  console.log(`${all.length} names on ${entries.length} pages in ${folder}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write(join(root, 'build/reference'));
  const silent = silentNames();
  for (const name of silent) console.error(`no comment says what it is: ${name}`);
  if (silent.length > 0) process.exitCode = 1;
}
