/** The receiver's side: imports what the payload imports, then links it to values. */
import { load, loadSync } from './importer.js';
import { Linker } from './linker.js';
import type { ImportRecord, Payload } from './payload.js';

export type { ImportRecord, Payload } from './payload.js';

/** The modules that `rebuild` will import. */
export function importsOf(payload: Payload): ImportRecord[] {
  return payload.imports;
}

/** Makes the captured value again. The modules are imported as if the original files had imported them here. */
export async function rebuild(payload: Payload): Promise<unknown> {
  const modules = await Promise.all(payload.imports.map(load));
  return new Linker(payload, modules).link();
}

/**
 * The same without waiting. Modules that an earlier payload has imported are there; others are required, which Node can
 * do unless they use top-level await: then the error has the code `ERR_PICKLE_ASYNC_IMPORT`.
 */
export function rebuildSync(payload: Payload): unknown {
  return new Linker(payload, payload.imports.map(loadSync)).link();
}
