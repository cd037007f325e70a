const builtin = '\0builtin:';

/**
 * Node's own modules, as they are. A plain import makes Node put a module with all names around each of them, and for
 * that it loads what some of the names stand for: a millisecond and a half of the import.
 */
export const builtins = {
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
