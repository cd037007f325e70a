import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadScript } from '../../support/scripts.js';

const { checkImports } = await loadScript('check-layout.mjs');

test('a folder imports from the layers before its own', () => {
  assert.deepEqual(
    checkImports('pool/pool.ts', `import { Queue } from '../channel/queue.js';\nimport { x } from './x.js';`),
    [],
  );
  assert.match(
    checkImports(
      'process/boot.ts',
      `import { a } from './a.js';\nimport type { Queue } from '../channel/queue.js';`,
    )[0],
    /^src\/process\/boot\.ts:2: 'process' may not import 'channel'/,
  );
  assert.match(checkImports('pool/a.ts', `export * from '../shared/value.js';`)[0], /'pool' may not import 'shared'/);
});

test("errors.ts is everybody's, index.ts nobody's", () => {
  assert.deepEqual(checkImports('system/a.ts', `import { OSError } from '../errors.js';`), []);
  assert.match(checkImports('pool/a.ts', `await import('../index.js');`)[0], /nothing in src\/ imports src\/index\.ts/);
  assert.deepEqual(checkImports('index.ts', `export { Pool } from './pool/pool.js';`), []);
});

test('only src/system opens the door to koffi', () => {
  assert.deepEqual(checkImports('system/a.ts', `import koffi from 'koffi';`), []);
  assert.match(checkImports('sync/a.ts', `import koffi from 'koffi';`)[0], /only src\/system\/ may import 'koffi'/);
});

test('comments are no imports, and imports over several lines are found', () => {
  assert.deepEqual(
    checkImports('system/a.ts', `// import x from '../pool/a.js'\n/* import y from '../pool/b.js' */`),
    [],
  );
  assert.match(
    checkImports('system/a.ts', `import {\n  a,\n  b,\n} from '../pool/a.js';`)[0],
    /^src\/system\/a\.ts:4:/,
  );
});
