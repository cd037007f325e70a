import { unlinkSegment } from '../named/segment.js';
import { Lending, type Objects, type Referent } from './objects.js';
import { OTHERS } from './clients.js';
import type { Session } from './session.js';
import type { Token } from './wire.js';

/** What clients ask of the server itself, by the names of CPython's requests. */
export type Control = (args: readonly unknown[], kwargs: object, session: Session) => unknown;

const tuple = (...items: unknown[]): readonly unknown[] => Object.freeze(items);

export function controlsOf(objects: Objects, segments: Segments): ReadonlyMap<string, Control> {
  const controls: Readonly<Record<string, Control>> = {
    dummy: () => null,
    create: async ([typeid, ...args], kwargs, session) =>
      given(await objects.create(String(typeid), args, kwargs), session),
    incref: ([ident], _, { client }) => (objects.hold(String(ident), client), null),
    decref: ([ident], _, { client }) => (objects.letGo(String(ident), client), null),
    goodbye: (_, __, { client }) => {
      if (client !== OTHERS) client.saidGoodbye = true;
      return null;
    },
    get_methods: ([token]) => tuple(...objects.get((token as Token).id).exposed),
    number_of_objects: () => objects.size,
    debug_info: () => debugInfo(objects),
    track_segment: ([name]) => (segments.names.add(String(name)), null),
    release_segment: ([name]) => (segments.release(String(name)), null),
    list_segments: () => [...segments.names],
  };
  return new Map(Object.entries(controls));

  function given(referent: Referent, session: Session): readonly unknown[] {
    const { ident, exposed } = referent;
    session.gives(referent);
    if (session.isLocal) return tuple(ident, tuple(...exposed), new Lending(objects, referent));
    objects.hold(ident, session.client);
    return tuple(ident, tuple(...exposed));
  }
}

function debugInfo(objects: Objects): string {
  return [...objects.all()]
    .map(({ ident, object, holders, isLent }) => {
      const count = [...holders.values()].reduce((sum, held) => sum + held, isLent ? 1 : 0);
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
