import assert from 'node:assert/strict';
import { because, eachMethod } from '../../support/methods.js';

class Point {
  readonly x: number;

  constructor(x: number) {
    this.x = x;
  }

  doubled(): Point {
    return new Point(this.x * 2);
  }
}

class Corner extends Point {}

class Refusal extends Error {
  readonly code = 'E_REFUSED';
}

class Settings {
  static level = 1;
  readonly level = Settings.level;
}

let mode = 'before';

class Worker {
  mode(): string {
    return mode;
  }
}

eachMethod(['forkserver', 'spawn', 'fork', 'thread', 'coroutine'], (method, context, test) => {
  test('an instance that comes back is an instance of the class it left', async () => {
    await using pool = new context.Pool(1);
    const [point] = await pool.map((one: Point) => one.doubled(), [new Point(1)]);
    assert.ok(point instanceof Point);
    assert.deepEqual(point, new Point(2));
    assert.equal(await pool.apply(() => Point), Point);
  });

  test('a child knows the instances of a class that its function has brought', async () => {
    await using pool = new context.Pool(1);
    const kinds = (one: Point): boolean[] => [one instanceof Point, one instanceof Corner];
    assert.deepEqual(await pool.map(kinds, [new Point(1), new Corner(1)], { chunksize: 1 }), [
      [true, false],
      [true, true],
    ]);
  });

  test('an error of a class of the program can be told by its class', async () => {
    await using pool = new context.Pool(1);
    const refuse = (): never => {
      throw new Refusal('no');
    };
    await assert.rejects(
      pool.apply(refuse),
      (error: unknown) => error instanceof Refusal && error.code === 'E_REFUSED',
    );
  });

  const skip = method === 'fork' && 'a class that a child has inherited is its own, as it was at the fork';
  test('a class is sent as it is at that moment: its statics, and the variables that it uses', { skip }, async () => {
    await using pool = new context.Pool(1);
    const look = (): unknown[] => [Settings.level, new Worker().mode()];
    assert.deepEqual(await pool.apply(look), [1, 'before']);
    Settings.level = 2;
    mode = 'after';
    assert.deepEqual(await pool.apply(look), [2, 'after']);
    Settings.level = 1;
    mode = 'before';
  });

  test(
    'what a child does to the statics of a class stays in the child',
    { not: { coroutine: because.notCopied } },
    async () => {
      await using pool = new context.Pool(1);
      const change = (): unknown => {
        Settings.level = 7;
        return Settings;
      };
      assert.equal(await pool.apply(change), Settings);
      assert.equal(Settings.level, 1);
    },
  );
});
