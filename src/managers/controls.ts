import { unlinkSegment } from '../named/segment.js';
import type { Objects } from './objects.js';
import type { Token } from './wire.js';

/** What clients ask of the server itself, by the names of CPython's requests. */
export type Control = (args: readonly unknown[], kwargs: object, holder: object) => unknown;

const tuple = (...items: unknown[]): readonly unknown[] => Object.freeze(items);

export function controlsOf(objects: Objects, segments: Segments): ReadonlyMap<string, Control> {
  const controls: Readonly<Record<string, Control>> = {
    dummy: () => null,
    accept_connection: () => null,
    create: async ([typeid, ...args], kwargs, holder) => {
      const ident = await objects.create(String(typeid), args, kwargs, holder);
      return tuple(ident, tuple(...objects.get(ident).exposed));
    },
    incref: ([ident], _, holder) => (objects.hold(String(ident), holder), null),
    decref: ([ident], _, holder) => (objects.letGo(String(ident), holder), null),
    get_methods: ([token]) => tuple(...objects.get((token as Token).id).exposed),
    number_of_objects: () => objects.size,
    debug_info: () => debugInfo(objects),
    track_segment: ([name]) => (segments.names.add(String(name)), null),
    release_segment: ([name]) => (segments.release(String(name)), null),
    list_segments: () => [...segments.names],
  };
  return new Map(Object.entries(controls));
}

function debugInfo(objects: Objects): string {
  return [...objects.all()]
    .map(([ident, { object, holders }]) => {
      const count = [...holders.values()].reduce((sum, held) => sum + held, 0);
      return `  ${ident}:       refcount=${count}\n    ${String(object).slice(0, 75)}`;
    })
    .join('\n');
}

/** Named memory that ends with the server. */
export class Segments {
  readonly names = new Set<string>();

  release(name: string): void {
    this.names.delete(name);
    unlinkSegment(name);
  }

  unlink(): void {
    for (const name of this.names) {
      try {
        unlinkSegment(name);
      } catch {
        // Its user has removed it already.
      }
    }
  }
}
