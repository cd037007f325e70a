import { join } from 'node:path';
import { rollup } from '@rollup/wasm-node';
import { root } from '../setup.mjs';
import { builtins } from './builtins.mjs';
import { chunkOf } from './doors.mjs';

const isExternal = (id) => /^[a-z@]/i.test(id) && !id.startsWith('node:');

/** Builds these files below dist/ in as few files as may be. */
export async function build(dir, names, { plugins = [], output }) {
  const bundle = await rollup({
    input: Object.fromEntries(names.map((name) => [name, join(root, `dist/${name}.js`)])),
    plugins: [...plugins, builtins],
    external: isExternal,
    onwarn: (warning) => {
      // What the compiler makes of `using` asks for `this` at the top of a module, and does without it.
      if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
    },
  });
  const { output: files } = await bundle.write({
    dir: join(root, dir),
    hoistTransitiveImports: false,
    manualChunks: chunkOf(),
    ...output,
  });
  await bundle.close();
  return files;
}
