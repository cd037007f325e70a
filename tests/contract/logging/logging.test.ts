import assert from 'node:assert/strict';
import { SUBDEBUG, SUBWARNING, type LogRecord } from 'manyfold';
import { DEBUG, ERROR, INFO, NOTSET, WARNING } from 'manyfold/util';
import { eachMethod } from '../../support/methods.js';
import { programFolder, runProgram } from '../../support/program.js';

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  /** What the logger passes on while `work` runs. */
  const recorded = (level: number, work: () => void): LogRecord[] => {
    const records: LogRecord[] = [];
    const handler = (record: LogRecord): number => records.push(record);
    const logger = context.getLogger();
    logger.setLevel(level);
    logger.addHandler(handler);
    try {
      work();
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(NOTSET);
    }
    return records;
  };

  test('logging-001 messages below the level of the logger are not passed on', () => {
    const logger = context.getLogger();
    assert.equal(logger, context.getLogger());
    assert.deepEqual([logger.level, logger.getEffectiveLevel()], [NOTSET, WARNING]);
    const said = (level: number) =>
      recorded(level, () => {
        logger.subDebug('a %s', 'sub');
        logger.debug('b');
        logger.info('c %d', 1);
        logger.subWarning('d');
        logger.warning('e');
        logger.error('f');
        logger.critical('g');
        logger.log(33, 'h');
      }).map(({ levelName, message }) => `${levelName} ${message}`);
    const all = [
      'SUBDEBUG a sub',
      'DEBUG b',
      'INFO c 1',
      'SUBWARNING d',
      'WARNING e',
      'ERROR f',
      'CRITICAL g',
      'Level 33 h',
    ];
    assert.deepEqual(said(SUBDEBUG), all);
    assert.deepEqual(said(SUBWARNING), all.slice(3));
    assert.deepEqual(said(NOTSET), all.slice(4));
    assert.deepEqual(said(ERROR), all.slice(5, 7));
    assert.equal(logger.isEnabledFor(ERROR), false);
    for (const wrong of [-1, 'DEBUG', Number.NaN]) {
      assert.throws(() => logger.setLevel(wrong as never), { name: 'TypeError', code: 'ERR_LOG_LEVEL' });
    }
  });

  test('logging-002 a child has the level of its parent', async () => {
    const logger = context.getLogger();
    const queue = new context.SimpleQueue<number[]>();
    const target = () => {
      const own = context.getLogger();
      queue.putSync([own.level, own.getEffectiveLevel()]);
    };
    for (const level of [32, NOTSET, 37]) {
      logger.setLevel(level);
      const child = new context.Process({ target });
      await child.start();
      assert.deepEqual(await queue.get(), [level, level === NOTSET ? WARNING : level]);
      await child.join();
    }
    logger.setLevel(NOTSET);
  });

  test('logging-003 a record says which file, line and process it comes from', () => {
    const [record] = recorded(INFO, () => context.getLogger().info('here'));
    assert.equal(record?.fileName, 'logging.test.js');
    assert.match(record.pathName, /^\/.*\/logging\.test\.js$/);
    assert.ok(record.lineNumber > 0);
    assert.deepEqual([record.processName, record.threadName], ['MainProcess', 'MainThread']);
    assert.deepEqual([record.pid, record.level], [process.pid, INFO]);
    assert.ok(Math.abs(Date.now() - record.created) < 60_000);
  });

  const program = `
    import { getContext } from 'manyfold';
    import { DEBUG } from 'manyfold/util';
    const { getLogger, logToStderr, Process } = getContext('${method}');
    const logger = logToStderr(DEBUG);
    if (logger !== getLogger() || logToStderr() !== logger) throw new Error('another logger');
    logger.warning('from %s', 'main');
    const child = new Process({ target: () => getLogger().info('from the child'), name: 'Child' });
    await child.start();
    await child.join();
  `;

  test('logging-004 logToStderr writes the level, the process and the message, in children too', async () => {
    using folder = programFolder({ 'main.mjs': program });
    const { stdout, stderr, code } = await runProgram(folder.file('main.mjs'));
    assert.deepEqual([stdout, code], ['', 0], stderr);
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) assert.match(line, /^\[\w+\/\w+\] ./);
    assert.deepEqual(
      lines.filter((line) => line.includes('from')),
      ['[WARNING/MainProcess] from main', '[INFO/Child] from the child'],
    );
    assert.ok(lines.includes('[INFO/Child] child process calling run()'));
    assert.ok(lines.includes('[INFO/Child] process exiting with exitcode 0'));
    assert.ok(lines.some((line) => /^\[DEBUG\/MainProcess\] started Child as process \d+ /.test(line)));
    assert.ok(
      lines.some((line) => /^\[DEBUG\/MainProcess\] process \d+, Child, has ended with exit code 0/.test(line)),
    );
  });

  test('NODE_DEBUG=manyfold shows what the library does, whatever the level', async () => {
    const quiet = program.replace('logToStderr(DEBUG)', 'getLogger()').replace('logToStderr()', 'getLogger()');
    using folder = programFolder({ 'main.mjs': quiet });
    const file = folder.file('main.mjs');
    assert.equal((await runProgram(file)).stderr, '');
    const { stderr } = await runProgram(file, { env: { NODE_DEBUG: 'manyfold' } });
    assert.match(stderr, /^MANYFOLD \d+: \[DEBUG\/MainProcess\] started Child as process/m);
    assert.match(stderr, /^MANYFOLD \d+: \[INFO\/Child\] from the child/m);
    assert.match(stderr, /^MANYFOLD \d+: \[WARNING\/MainProcess\] from main/m);
  });

  test('a Thread logs as its starter does, and its name stands behind that of the process', async () => {
    const threads = `
      import { getContext, getLogger, logToStderr } from 'manyfold';
      import { Thread } from 'manyfold/threading';
      const target = async () => {
        logToStderr(25);
        const thread = new Thread({ name: 'T', target: () => getLogger().warning('level %d', getLogger().level) });
        await thread.start();
        await thread.join();
        getLogger().warning('here');
      };
      const child = new (getContext('${method}').Process)({ target, name: 'Child' });
      await child.start();
      await child.join();
    `;
    using folder = programFolder({ 'main.mjs': threads });
    const file = folder.file('main.mjs');
    const { stderr } = await runProgram(file);
    assert.equal(stderr, '[WARNING/Child|T] level 25\n[WARNING/Child] here\n');
    const loud = await runProgram(file, { env: { NODE_DEBUG: 'manyfold' } });
    assert.match(loud.stderr, /^MANYFOLD \d+: \[WARNING\/Child\|T\] level 25/m);
  });

  test(`levels are Python's`, () => {
    assert.deepEqual([NOTSET, SUBDEBUG, DEBUG, INFO, SUBWARNING, WARNING, ERROR], [0, 5, 10, 20, 25, 30, 40]);
  });
});
