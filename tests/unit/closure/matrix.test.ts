import { cases, fixtures, stripsTypes } from './programs.js';

cases('functions', [`${fixtures}/functions.mjs`], 25);
cases('classes', [`${fixtures}/classes.mjs`], 14);
cases('imports', [`${fixtures}/imports.mjs`], 16);
cases('values', [`${fixtures}/values.mjs`], 16);
cases('refusals', [`${fixtures}/refusals.mjs`], 10);
cases('CommonJS', [`${fixtures}/commonjs.cjs`], 13);
cases('TypeScript, types stripped by Node', [`${fixtures}/typed.ts`], 9, !stripsTypes);
cases('TypeScript, compiled by tsx', ['--import', 'tsx', `${fixtures}/typed.ts`], 9);
cases('TypeScript, what only a compiler can do', ['--import', 'tsx', `${fixtures}/enums.ts`], 3);
cases('sent on by a child', [`${fixtures}/relay.mjs`], 16);
cases('modules at unusual addresses', [`${fixtures}/urls.mjs`], 2);
