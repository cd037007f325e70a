/** How to get from a value to an object inside it, for an error message: `value -> .a -> [3]`. Data only, no getters. */
export function pathTo(value: unknown, target: object, label: string): string {
  const seen = new Set<unknown>();
  const open: { value: unknown; path: string }[] = [{ value, path: label }];
  for (const { value, path } of open) {
    if (value === target) return path;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const [step, next] of steps(value)) open.push({ value: next, path: `${path} -> ${step}` });
  }
  return label;
}

function* steps(object: object): Generator<[string, unknown]> {
  if (ArrayBuffer.isView(object)) {
    yield ['.buffer', object.buffer];
  } else if (object instanceof Map) {
    for (const [key, value] of object) {
      yield ['key of Map', key];
      yield [`.get(${typeof key === 'string' ? JSON.stringify(key) : typeof key === 'object' ? '{...}' : String(key)})`, value];
    }
  } else if (object instanceof Set) {
    for (const value of object) yield ['element of Set', value];
  } else {
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property !== undefined && 'value' in property) yield [step(object, key), property.value];
    }
  }
}

function step(object: object, key: string | symbol): string {
  if (typeof key === 'symbol') return `[${String(key)}]`;
  if (Array.isArray(object) && /^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
