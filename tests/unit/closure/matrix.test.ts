import { cases, fixtures, stripsTypes } from './programs.js';

cases('ES module', [`${fixtures}/matrix.mjs`], 80);
cases('CommonJS', [`${fixtures}/matrix.cjs`], 13);
cases('TypeScript, types stripped by Node', [`${fixtures}/matrix.ts`], 9, !stripsTypes);
cases('TypeScript, compiled by tsx', ['--import', 'tsx', `${fixtures}/matrix.ts`], 9);
cases('TypeScript, what only a compiler can do', ['--import', 'tsx', `${fixtures}/enums.ts`], 3);
cases('sent on by a child', [`${fixtures}/relay.mjs`], 16);
cases('modules at unusual addresses', [`${fixtures}/urls.mjs`], 2);
