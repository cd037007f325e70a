/** How to get from a value to an object inside it, for a message: `value -> .a -> [3]`. Data only, no getters. */
export function pathTo(value: unknown, target: object, label: string): string {
  const seen = new Set<unknown>();
  const open: { at: unknown; path: string }[] = [{ at: value, path: label }];
  for (const { at, path } of open) {
    if (at === target) return path;
    if (typeof at !== 'object' || at === null || seen.has(at)) continue;
    seen.add(at);
    for (const [step, next] of steps(at)) open.push({ at: next, path: `${path} -> ${step}` });
  }
  return label;
}

export function* steps(object: object): Generator<[string, unknown]> {
  if (ArrayBuffer.isView(object)) {
    yield ['.buffer', object.buffer];
  } else if (object instanceof Map) {
    for (const [key, value] of object) {
      yield ['key of Map', key];
      yield [`.get(${nameOf(key)})`, value];
    }
  } else if (object instanceof Set) {
    for (const value of object) yield ['element of Set', value];
  } else {
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property !== undefined && 'value' in property) yield [access(object, key), property.value];
    }
  }
}

function nameOf(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key);
  return typeof key === 'object' && key !== null ? '{...}' : String(key);
}

function access(object: object, key: string | symbol): string {
  if (typeof key === 'symbol') return `[${String(key)}]`;
  if (Array.isArray(object) && /^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
