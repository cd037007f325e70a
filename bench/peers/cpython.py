"""CPython's multiprocessing on the rows of the bench: python3 cpython.py FUNCTION ARGUMENT SCALE prints seconds."""

import multiprocessing as mp
import os
import sys
import time

WORKERS = 2
SCALE = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0


def times(n):
    return max(1, round(n * SCALE))


def seconds_each(count, run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) / count


def nothing():
    pass


def idle():
    time.sleep(3600)


def noop(x):
    return x


def start(method):
    context = mp.get_context(method)
    count = times(10 if method == 'spawn' else 100)

    def start_one():
        process = context.Process(target=nothing)
        process.start()
        process.join()

    start_one()
    return seconds_each(count, lambda: [start_one() for _ in range(count)])


def relatives(ancestor):
    parents = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/stat') as stat:
                parents[int(pid)] = int(stat.read().rpartition(')')[2].split()[1])
        except OSError:
            pass

    def descends(pid):
        while pid in parents:
            if pid == ancestor:
                return True
            pid = parents[pid]
        return False

    return [pid for pid in parents if descends(pid)]


def proportional_bytes():
    total = 0
    for pid in relatives(os.getpid()):
        with open(f'/proc/{pid}/smaps_rollup') as rollup:
            total += next(int(line.split()[1]) for line in rollup if line.startswith('Pss:'))
    return total * 1024


def memory(method):
    context = mp.get_context(method)
    warm = context.Process(target=nothing)
    warm.start()
    warm.join()
    before = proportional_bytes()
    processes = [context.Process(target=idle) for _ in range(4)]
    for process in processes:
        process.start()
    time.sleep(1.5)
    added = (proportional_bytes() - before) / len(processes)
    for process in processes:
        process.kill()
        process.join()
    return added


def use_lock(lock, count):
    for _ in range(count):
        lock.acquire()
        lock.release()


def lock(_):
    count = times(1000000)
    return seconds_each(count, lambda: use_lock(mp.Lock(), count))


def fight(_):
    count = times(500000)
    shared = mp.Lock()
    fighters = [mp.get_context('fork').Process(target=use_lock, args=(shared, count)) for _ in range(2)]

    def run():
        for fighter in fighters:
            fighter.start()
        for fighter in fighters:
            fighter.join()

    return seconds_each(2 * count, run)


def value(_):
    count = times(200000)
    shared = mp.Value('i', 0)

    def run():
        for _ in range(count):
            with shared.get_lock():
                shared.value += 1

    return seconds_each(count, run)


def echo(connection):
    while (message := connection.recv()) is not None:
        connection.send(message)


def round_trip(_):
    count = times(20000)
    here, there = mp.Pipe()
    process = mp.Process(target=echo, args=(there,))
    process.start()

    def run(n):
        for _ in range(n):
            here.send({'a': 1, 'b': 'hello'})
            here.recv()

    run(500)
    seconds = seconds_each(count, lambda: run(count))
    here.send(None)
    process.join()
    return seconds


def echo_bytes(connection, count):
    for _ in range(count):
        connection.send_bytes(connection.recv_bytes())


def megabyte(_):
    count = times(300)
    here, there = mp.Pipe()
    process = mp.Process(target=echo_bytes, args=(there, 10 + count))
    process.start()
    data = b'x' * (1 << 20)

    def run(n):
        for _ in range(n):
            here.send_bytes(data)
            here.recv_bytes()

    run(10)
    seconds = seconds_each(count, lambda: run(count))
    process.join()
    return seconds


def consume(items, news, count):
    news.put('ready')
    for _ in range(count):
        items.get()
    news.put('done')


def queue(kind):
    count = times(200000)
    items = getattr(mp, kind)()
    news = mp.SimpleQueue()
    process = mp.Process(target=consume, args=(items, news, count))
    process.start()
    news.get()

    def run():
        for i in range(count):
            items.put({'i': i, 's': 'hello'})
        news.get()

    seconds = seconds_each(count, run)
    process.join()
    return seconds


def pool_map(chunks):
    chunksize = 1 if chunks else None
    count = times(20000 if chunks else 1000000)
    with mp.Pool(WORKERS) as pool:
        pool.map(noop, range(1000), chunksize=chunksize)
        items = list(range(count))
        return seconds_each(count, lambda: pool.map(noop, items, chunksize=chunksize))


def apply_async(_):
    count = times(20000)
    with mp.Pool(WORKERS) as pool:
        pool.map(noop, range(200))
        return seconds_each(count, lambda: [r.get() for r in [pool.apply_async(noop, (i,)) for i in range(count)]])


def apply(_):
    count = times(5000)
    with mp.Pool(WORKERS) as pool:
        pool.map(noop, range(200))
        return seconds_each(count, lambda: [pool.apply(noop, (i,)) for i in range(count)])


if __name__ == '__main__':
    print(globals()[sys.argv[1]](sys.argv[2]))
