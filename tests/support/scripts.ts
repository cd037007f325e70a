import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './program.js';

interface Row {
  readonly area: string;
  readonly tested: number;
  readonly notApplicable: number;
  readonly open: readonly string[];
}

type Table = readonly Readonly<Record<string, string>>[];

interface Commented {
  readonly entry: string;
  readonly title: string;
  readonly tags: readonly { readonly name: string; readonly content: string }[];
}

interface PublicName extends Omit<Commented, 'title'> {
  readonly name: string;
  readonly kind: 'class' | 'function' | 'value' | 'type';
}

/** What tests use of the plain JavaScript in scripts/. */
export interface Scripts {
  'conformance.mjs': {
    readonly report: (behaviours: Table, notApplicable: Table, results: Table) => Row[];
    readonly mistakes: (behaviours: Table, notApplicable: Table) => string[];
  };
  'seeds.mjs': {
    readonly headOf: (source: string) => { ids: string[]; note: string };
    readonly difference: (expected: string, output: string) => string | undefined;
    readonly gaps: () => { open: string[]; unknown: string[] };
  };
  'reference.mjs': {
    readonly publicNames: () => readonly PublicName[];
    readonly commented: () => readonly Commented[];
    readonly silentNames: () => readonly string[];
  };
  'check-layout.mjs': {
    /** Typed as if there were always a complaint: a test that finds none fails on its text. */
    readonly checkImports: (path: string, source: string) => [string, ...string[]];
  };
}

export async function loadScript<Name extends keyof Scripts>(name: Name): Promise<Scripts[Name]> {
  return (await import(pathToFileURL(join(root, 'scripts', name)).href)) as Scripts[Name];
}
