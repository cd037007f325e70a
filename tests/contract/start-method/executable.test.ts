import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { setExecutable } from 'manyfold';
import { eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';

eachMethod(['spawn'], (_method, context, test) => {
  test('process-002 setExecutable takes a string, bytes or a URL', async () => {
    const { execPath } = process;
    using folder = programFolder({});
    symlinkSync(execPath, folder.file('a node'));
    try {
      for (const path of [execPath, Buffer.from(execPath), pathToFileURL(folder.file('a node'))]) {
        setExecutable(path);
        const child = new context.Process({ target: () => {} });
        await child.start();
        await child.join();
        assert.equal(child.exitCode, 0);
      }
    } finally {
      setExecutable(execPath);
    }
  });

  test('an executable that is not there fails at the start, and leaves the process unstarted', async () => {
    const child = new context.Process({ target: () => {} });
    setExecutable('/nowhere/node');
    try {
      await assert.rejects(child.start(), { name: 'OSError', code: 'ERR_SPAWN_FAILED', message: /ENOENT/ });
      assert.equal(child.pid, null);
      assert.equal(child.isAlive(), false);
    } finally {
      setExecutable(process.execPath);
    }
    await child.start();
    await child.join();
    assert.equal(child.exitCode, 0);
  });

  test('startmethod-027 the library can be imported where the path of Node is unknown', async () => {
    const main = `
      Object.defineProperty(process, 'execPath', { value: undefined });
      const { cpuCount } = await import('manyfold');
      console.log(cpuCount() > 0);
    `;
    using folder = programFolder({ 'main.mjs': main });
    const { stdout } = await runProgram(folder.file('main.mjs'));
    assert.equal(stdout, 'true\n');
  });
});
