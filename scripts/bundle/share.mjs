/**
 * Hundreds of assignments, each run once, are slow: half a millisecond of the import. And so are hundreds of properties of one
 * object, for each use: the later part takes those that do not change into constants of its own.
 */
export function shareAtOnce() {
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
