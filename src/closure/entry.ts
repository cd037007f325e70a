/**
 * The entry script: what `node` was told to run. Its functions always travel by value, and no child ever imports it: to
 * import it is to run the program once more.
 */
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

let told: { url: string | undefined } | undefined;
let derived: { argument: string | undefined; url: string | undefined } | undefined;

/** Names the program's entry script in a process that was not started with it; undefined: there is none (`-e`, REPL). */
export function setEntry(url: string | undefined): void {
  told = { url };
}

/** URL of the entry script. */
export function entryUrl(): string | undefined {
  if (told) return told.url;
  const argument = process.argv[1];
  if (derived?.argument !== argument) derived = { argument, url: argument === undefined ? undefined : urlOf(argument) };
  return derived?.url;
}

function urlOf(path: string): string | undefined {
  for (const candidate of [path, `${path}.js`, `${path}/index.js`]) {
    try {
      return pathToFileURL(realpathSync(candidate)).href;
    } catch {
      // `node script` may leave out the extension.
    }
  }
  return undefined;
}

/** Whether the address is the entry script, whatever query a loader has put behind it. */
export function isEntry(href: string): boolean {
  const entry = entryUrl();
  return entry !== undefined && (href === entry || href.replace(/[?#].*$/, '') === entry);
}

/** Whether the address can be imported in another process: neither the entry script nor eval, stdin or `data:`. */
export function isImportable(href: string): boolean {
  return /^(file|https?):/.test(href) && !/\/\[[a-z]+\d*\]$/.test(href) && !isEntry(href);
}
