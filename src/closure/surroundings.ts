/** What a file finds around itself: `require`, `module`, `import.meta`. Made anew for the file that a function comes from. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { remember } from './provenance.js';

/** Path of the file; for code without one, a file that would stand in the working directory. */
function pathOf(address: string): string {
  if (address.startsWith('file:')) return fileURLToPath(address);
  return address.startsWith('/') ? address : `${process.cwd()}/[eval]`;
}

export class Surroundings {
  readonly #address: string;
  #module: { exports: object } | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** One of the names of the CommonJS wrapper. */
  commonjs(name: string): unknown {
    const path = pathOf(this.#address);
    switch (name) {
      case '__filename':
        return path;
      case '__dirname':
        return dirname(path);
      case 'require':
        return this.#remembered(createRequire(path), name);
      case 'module':
        return this.#remembered((this.#module ??= { exports: {} }), name);
      default:
        return this.#remembered((this.#module ??= { exports: {} }).exports, name);
    }
  }

  /** `import.meta` of the module. */
  meta(): object {
    const url = this.#address;
    const meta: Record<string, unknown> = { url, main: false, resolve: (specifier: string) => resolve(specifier, url) };
    if (url.startsWith('file:')) {
      meta['filename'] = fileURLToPath(url);
      meta['dirname'] = dirname(fileURLToPath(url));
    }
    remember(meta, { kind: 'meta', href: url });
    return meta;
  }

  #remembered<Value extends object>(value: Value, name: string): Value {
    remember(value, { kind: 'commonjs', href: this.#address, name });
    return value;
  }
}

function resolve(specifier: string, parent: string): string {
  if (/^(\.{0,2}\/|[a-z]+:)/.test(specifier)) return new URL(specifier, parent).href;
  const found = createRequire(parent).resolve(specifier);
  return found.startsWith('/') ? pathToFileURL(found).href : `node:${found.replace(/^node:/, '')}`;
}
