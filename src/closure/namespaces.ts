/** Module namespace objects that are held in a variable (`const lib = await import('./lib.js')`), not in an import. */
import { inspectFunction, scriptById } from './inspector.js';
import { type ModulePath, findReference } from './references.js';
import { parsedScript } from './script.js';

/** The module, if one of its exports is a function that stands in it. */
export function namespaceReference(namespace: object): ModulePath | undefined {
  for (const name of Object.keys(namespace)) {
    const value: unknown = Reflect.get(namespace, name);
    if (typeof value !== 'function') continue;
    const insight = inspectFunction(value);
    const raw = insight.location && scriptById(insight.location.scriptId);
    if (!raw?.isModule) continue;
    const script = parsedScript(raw, true);
    const found = findReference(value, script, insight);
    // The function may be exported anew by another module: its own has exactly these exports.
    const isSame =
      found?.path[0] === name &&
      Array.from(script.exports.values()).every((exported) => Object.hasOwn(namespace, exported));
    if (found && isSame) return { record: found.record, path: [] };
  }
  return undefined;
}
