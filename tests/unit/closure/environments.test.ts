import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { cases, checkOutcomes, fixtures, major, run } from './programs.js';

const smoke = `${fixtures}/smoke.mjs`;
const smokeCases = 4;
const inline = `
  const { startRemote } = await import(process.cwd() + '/${fixtures}/remote.mjs');
  const { call, stop } = await startRemote();
  const factor = 3;
  const path = await import('node:path');
  console.log(await call((x) => path.basename('/a/' + x * factor), 2));
  stop();`;

cases('from a worker thread', [`${fixtures}/worker.mjs`], smokeCases);
cases('no code from strings', ['--disallow-code-generation-from-strings', smoke], smokeCases);
cases('a single thread', ['--single-threaded', smoke], smokeCases);
cases('source maps enabled', ['--enable-source-maps', smoke], smokeCases);

test('a module from the command line', async () => {
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', inline]);
  assert.deepEqual([stdout, stderr], ['6\n', '']);
});

test('a script from the command line', async () => {
  const script = `const top = 1; (async () => {${inline.replace("await import('node:path')", "require('node:path')")}})()`;
  const { stdout, stderr } = await run(process.execPath, ['-e', script]);
  assert.deepEqual([stdout, stderr], ['6\n', '']);
});

test('a module from stdin', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(inline);
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  assert.equal(output, '6\n');
});

test('inside node --test', async () => {
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT'];
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', `${fixtures}/tested.mjs`], { env });
  assert.match(stdout, /# pass 1/);
});

test('with a debugger listening', async (t) => {
  const { stdout } = await run(process.execPath, ['--inspect=0', smoke]);
  await checkOutcomes(t, stdout, smokeCases);
});

test('the entry script is not run again in a child', async (t) => {
  const { stdout, stderr } = await run(process.execPath, [`${fixtures}/entry.mjs`]);
  assert.equal(stderr, 'entry runs\n');
  await checkOutcomes(t, stdout, 2);
});

test('without the inspector: a typed error, and byRef still works', async () => {
  const flag = major === 20 ? '--experimental-permission' : '--permission';
  const { stdout } = await run(process.execPath, [flag, '--allow-fs-read=*', `${fixtures}/nopermission.mjs`]);
  assert.equal(stdout, 'ERR_PICKLE_NO_INSPECTOR byRef');
});

test('with leave to use the inspector', { skip: major < 24 && 'Node has that permission from 24 on' }, async () => {
  const args = ['--permission', '--allow-inspector', '--allow-fs-read=*', `${fixtures}/nopermission.mjs`];
  const { stdout } = await run(process.execPath, args);
  assert.equal(stdout, 'captured byRef');
});

test('a large capture warns once, and names the function that holds it', async () => {
  const { stderr } = await run(process.execPath, [`${fixtures}/heavy.mjs`]);
  assert.equal(stderr.match(/MANYFOLD_HEAVY_CAPTURE/g)?.length, 1);
  assert.match(stderr, /function 'inner' captures 'data' \(12 MB\) by value/);
});

test('no debugger is left behind by a capture: it would make each await slower', async (t) => {
  const { stdout } = await run(process.execPath, [`${fixtures}/costs.mjs`]);
  const costs = JSON.parse(stdout) as Record<string, number>;
  t.diagnostic(JSON.stringify(costs));
  const { awaitBefore = NaN, awaitAfter = NaN } = costs;
  // With it, nine times.
  assert.ok(awaitAfter < awaitBefore * 4, `await ${awaitBefore} -> ${awaitAfter} ms`);
});
