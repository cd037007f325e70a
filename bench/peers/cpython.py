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
    count = times(2000000)
    return seconds_each(count, lambda: use_lock(mp.Lock(), count))


def fight(_):
    count = times(1000000)
    shared = mp.Lock()
    fighters = [mp.get_context('fork').Process(target=use_lock, args=(shared, count)) for _ in range(2)]

    def run():
        for fighter in fighters:
            fighter.start()
        for fighter in fighters:
            fighter.join()

    return seconds_each(2 * count, run)


def contender(shared, go, done, count):
    use_lock(shared, 20000)
    done.release()
    go.wait()
    use_lock(shared, count)
    done.release()


def contend(argument):
    kind, processes = argument.split()
    processes = int(processes)
    count = times(1000000)
    shared = mp.Lock() if kind == 'Lock' else mp.Semaphore(2)
    go, done = mp.Event(), mp.Semaphore(0)
    each = -(-count // processes)
    workers = [mp.get_context('fork').Process(target=contender, args=(shared, go, done, each)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    for _ in workers:
        done.acquire()

    def run():
        go.set()
        for _ in workers:
            done.acquire()

    seconds = seconds_each(each * processes, run)
    for worker in workers:
        worker.join()
    return seconds


def hog(lock, stop):
    while not stop.is_set():
        with lock:
            end = time.perf_counter() + 1e-5
            while time.perf_counter() < end:
                pass


def longest(_):
    lock, stop = mp.Lock(), mp.Event()
    hogs = [mp.get_context('fork').Process(target=hog, args=(lock, stop)) for _ in range(3)]
    for one in hogs:
        one.start()
    most = 0
    for _ in range(times(400)):
        before = time.perf_counter()
        lock.acquire()
        most = max(most, time.perf_counter() - before)
        lock.release()
    stop.set()
    for one in hogs:
        one.join()
    return most


# As many as the others take for their compiler.
WARM = 5000


def answer_events(there, back, count):
    for _ in range(count):
        there.wait()
        there.clear()
        back.set()


def events(_):
    count = times(10000)
    there, back = mp.Event(), mp.Event()
    process = mp.get_context('fork').Process(target=answer_events, args=(there, back, WARM + count))
    process.start()

    def serve(n):
        for _ in range(n):
            there.set()
            back.wait()
            back.clear()

    serve(WARM)
    seconds = seconds_each(count, lambda: serve(count))
    process.join()
    return seconds


def take_turns(condition, turn, side, count):
    for _ in range(count):
        with condition:
            condition.wait_for(lambda: turn.value == side)
            turn.value = 1 - side
            condition.notify()


def conditions(_):
    count = times(10000)
    condition, turn = mp.Condition(), mp.RawValue('i', 0)
    process = mp.get_context('fork').Process(target=take_turns, args=(condition, turn, 1, WARM + count))
    process.start()
    take_turns(condition, turn, 0, WARM)
    seconds = seconds_each(count, lambda: take_turns(condition, turn, 0, count))
    process.join()
    return seconds


def go_through(barrier, count):
    for _ in range(count):
        barrier.wait()


def barrier(parties):
    count = times(5000)
    shared = mp.Barrier(int(parties))
    others = [mp.get_context('fork').Process(target=go_through, args=(shared, WARM + count)) for _ in range(int(parties) - 1)]
    for other in others:
        other.start()
    go_through(shared, WARM)
    seconds = seconds_each(count, lambda: go_through(shared, count))
    for other in others:
        other.join()
    return seconds


def value(_):
    count = times(2000000)
    shared = mp.Value('i', 0)

    def run():
        for _ in range(count):
            with shared.get_lock():
                shared.value += 1

    return seconds_each(count, run)


def value_by(processes):
    processes = int(processes)
    each = times(2000000) // processes
    shared = mp.Value('i', 0)

    def run():
        for _ in range(each):
            with shared.get_lock():
                shared.value += 1

    def together():
        children = [mp.Process(target=run) for _ in range(processes)]
        for child in children:
            child.start()
        for child in children:
            child.join()

    return seconds_each(each * processes, together)


def echo(connection):
    while (message := connection.recv()) is not None:
        connection.send(message)


def round_trip(argument):
    warm_up, count = map(int, argument.split())
    count = times(count)
    here, there = mp.Pipe()
    process = mp.Process(target=echo, args=(there,))
    process.start()

    def run(n):
        for _ in range(n):
            here.send({'a': 1, 'b': 'hello'})
            here.recv()

    run(warm_up)
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
    process = mp.Process(target=echo_bytes, args=(there, 300 + count))
    process.start()
    data = b'x' * (1 << 20)

    def run(n):
        for _ in range(n):
            here.send_bytes(data)
            here.recv_bytes()

    run(300)
    seconds = seconds_each(count, lambda: run(count))
    process.join()
    return seconds


def consume(items, news, warm_up, count):
    for _ in range(warm_up):
        items.get()
    news.put('ready')
    for _ in range(count):
        items.get()
    news.put('done')


def queue(kind):
    count = times(200000)
    items = getattr(mp, kind)()
    news = mp.SimpleQueue()
    process = mp.Process(target=consume, args=(items, news, 20000, count))
    process.start()

    def run(n):
        for i in range(n):
            items.put({'i': i, 's': 'hello'})
        news.get()

    run(20000)
    seconds = seconds_each(count, lambda: run(count))
    process.join()
    return seconds


def put_some(items, count):
    for i in range(count):
        items.put({'i': i, 's': 'hello'})


def produce_some(items, go, done, count):
    put_some(items, 2000)
    done.release()
    go.wait()
    put_some(items, count)


def consume_some(items, go, done, warm_up, count):
    for _ in range(warm_up):
        items.get()
    done.release()
    go.wait()
    for _ in range(count):
        items.get()
    done.release()


def crowd(argument):
    producers, consumers = map(int, argument.split())
    context = mp.get_context('fork')
    items, go, done = mp.Queue(), mp.Event(), mp.Semaphore(0)
    each = -(-times(100000) // producers)
    share = producers // consumers
    processes = [context.Process(target=produce_some, args=(items, go, done, each)) for _ in range(producers)]
    processes += [
        context.Process(target=consume_some, args=(items, go, done, 2000 * share, each * share)) for _ in range(consumers)
    ]
    for process in processes:
        process.start()
    for _ in processes:
        done.acquire()

    def run():
        go.set()
        for _ in range(consumers):
            done.acquire()

    seconds = seconds_each(each * producers, run)
    for process in processes:
        process.join()
    return seconds


def manager_set(_):
    count = times(5000)
    with mp.Manager() as manager:
        values = manager.dict()

        def run():
            for i in range(count):
                values['key'] = i

        run()
        return seconds_each(count, run)


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
