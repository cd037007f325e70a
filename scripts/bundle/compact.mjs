import { transform } from 'esbuild';
import { minify } from 'terser';

/** Half of the time of an import is V8's, which reads all of it: a third of that are comments and indentation. */
export const compact = {
  name: 'compact',
  async renderChunk(code, { fileName }) {
    const options = { minifyWhitespace: true, minifySyntax: true, target: 'node20.19' };
    const { code: minified, map } = await transform(code, { ...options, sourcemap: 'external', sourcefile: fileName });
    return { code: minified, map };
  },
};

/** And a fourth of the rest long names of local variables. Functions and classes keep theirs: stacks show them. */
export const shorten = {
  name: 'shorten',
  async renderChunk(code) {
    const mangle = { keep_fnames: true, keep_classnames: true };
    const { code: short, map } = await minify(code, {
      module: true,
      compress: false,
      mangle,
      format: { max_line_len: 160, ascii_only: true }, // Node prints the whole line from which an error was thrown
      sourceMap: { asObject: true },
    });
    return { code: short, map };
  },
};
