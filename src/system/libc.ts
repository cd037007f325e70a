import { loadKoffi } from './installation.js';
import { reopenStandardStreams } from './streams.js';

/** Loaded with the first call: it would be a fourth of the library's import. */
const koffi = once(loadKoffi);

/**
 * The one place that knows libc. `null` loads the running executable, so that libc and libuv symbols resolve alike.
 * Addresses and descriptors are plain numbers: user space ends at 2^47, and a number costs no allocation where a
 * BigInt would. Only koffi's synchronous calls are used: its asynchronous ones sit on libuv's pool.
 */
const libc = once(() => {
  process.on('exit', reopenStandardStreams); // koffi's own end writes to them, and hangs in that when they are closed
  return koffi().load(null);
});

type Native = (...args: unknown[]) => unknown;

/** A function that is looked up when it is first called. */
function late(prototype: string): Native {
  return lateBy(() => libc().func(prototype));
}

const lookUps: (() => Native)[] = [];

/** Looks up all that has not been yet: a thread that is ended within a lookup takes the whole process with it. */
export function lookUpAll(): void {
  lookUpDirect();
  for (const lookUp of lookUps) lookUp();
}

function lateBy(lookUp: () => Native): Native {
  const found = once(lookUp);
  lookUps.push(found);
  return (...args) => found()(...args);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Gives 0 where there is no such function. */
function optional(prototype: string): Native {
  return lateBy(() => {
    try {
      return libc().func(prototype);
    } catch {
      return () => 0;
    }
  });
}

export const memfdCreate = late('int memfd_create(const char *name, unsigned int flags)');
export const fallocate = late('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
export const mmap = late(
  'void *mmap(size_t address, size_t length, int protection, int flags, int fd, int64_t offset)',
);
export const munmap = late('int munmap(size_t address, size_t length)');

/** glibc's; 0 where there is no such thing. */
export const mallopt = optional('int mallopt(int option, int value)');

export const gettid = late('int gettid()');
export const clockGettime = late('int clock_gettime(int clock, void *time)');
export const getpid = late('int getpid()');
export const waitpid = late('int waitpid(int pid, _Out_ int *status, int options)');
export const waitid = late('int waitid(int kind, unsigned int id, void *info, int options)');
export const prctl = late('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');
export const prctlName = lateBy(() => libc().func('prctl', 'int', ['int', 'void *', 'ulong', 'ulong', 'ulong']));

export const getrandom = late('long getrandom(void *bytes, size_t length, unsigned int flags)');
export const close = late('int close(int fd)');
export const dup2 = late('int dup2(int from, int to)');
export const getrlimit = late('int getrlimit(int resource, void *limits)');
export const setrlimit = late('int setrlimit(int resource, void *limits)');
export const pipe2 = late('int pipe2(void *ends, int flags)');
export const poll = late('int poll(void *entries, unsigned long count, int timeout)');
export const fcntl = late('int fcntl(int fd, int command, long argument)');

export const socket = late('int socket(int family, int type, int protocol)');
export const bind = late('int bind(int fd, void *address, unsigned int length)');
export const listen = late('int listen(int fd, int backlog)');
export const connect = late('int connect(int fd, void *address, unsigned int length)');
export const accept4 = late('int accept4(int fd, void *address, void *length, int flags)');
export const getsockname = late('int getsockname(int fd, void *address, void *length)');
export const getpeername = late('int getpeername(int fd, void *address, void *length)');
export const getsockopt = late('int getsockopt(int fd, int level, int option, void *value, void *length)');
export const setsockopt = late('int setsockopt(int fd, int level, int option, void *value, unsigned int length)');
export const getaddrinfo = late(
  'int getaddrinfo(const char *host, const char *service, void *hints, _Out_ void **found)',
);
export const freeaddrinfo = late('void freeaddrinfo(void *found)');

export const sigprocmask = late('int sigprocmask(int how, const void *mask, void *before)');
export const dup3 = late('int dup3(int fd, int copy, int flags)');
export const socketpair = late('int socketpair(int domain, int type, int protocol, _Out_ int *ends)');
export const execve = late('int execve(const char *path, const char **args, const char **environment)');
export const schedYield = late('int sched_yield()');
export const schedGetAffinity = late('int sched_getaffinity(int pid, size_t size, void *mask)');

/** Raw system calls, for the two that libc does not wrap. */
export let syscall: Native = (...args) => (lookUpDirect(), syscall(...args));

// Called where nothing may be allocated, not even a list of arguments: after `lookUpDirect`, these are the functions themselves.
export let madvise: Native = (...args) => (lookUpDirect(), madvise(...args));
export let fork: Native = () => (lookUpDirect(), fork());
export let exitNow: Native = (code) => (lookUpDirect(), exitNow(code));

/** Looks up those that are called often, or where nothing may be allocated. */
export const lookUpDirect = once(() => {
  syscall = libc().func('long syscall(long number, size_t a, long b, long c, void *d, size_t e, long f)');
  madvise = libc().func('int madvise(size_t address, size_t length, int advice)');
  fork = libc().func('int fork()');
  exitNow = libc().func('void _exit(int code)');
  return true;
});

export const uvDefaultLoop = late('void *uv_default_loop()');
// Functions of Node's and V8's own, by the names that the compiler has given them.
const currentIsolate = lateBy(() => libc().func('_ZN2v87Isolate10GetCurrentEv', 'void *', []));
const loopOfIsolate = lateBy(() => libc().func('_ZN4node19GetCurrentEventLoopEPN2v87IsolateE', 'void *', ['void *']));

export const countPlatformThreads = lateBy(() =>
  libc().func('_ZN4node12NodePlatform21NumberOfWorkerThreadsEv', 'int', ['size_t']),
);

/** Where something of Node's own lies, by such a name. */
export function symbolAddress(name: string): number {
  return addressOf(libc().symbol(name));
}

/** The event loop of this thread. */
export function currentLoop(): unknown {
  return loopOfIsolate(currentIsolate());
}

export const uvLoopFork = late('int uv_loop_fork(void *loop)');
export const uvLoopSize = late('size_t uv_loop_size()');
export const uvBackendFd = late('int uv_backend_fd(void *loop)');
export const uvLoopAlive = late('int uv_loop_alive(void *loop)');
export const uvHandleSize = late('size_t uv_handle_size(int type)');
export const uvHandleType = late('int uv_handle_get_type(void *handle)');
export const uvFileno = late('int uv_fileno(void *handle, _Out_ int *fd)');
export const uvHasRef = late('int uv_has_ref(void *handle)');
export const uvRef = late('void uv_ref(void *handle)');
export const uvUnref = late('void uv_unref(void *handle)');
const handleCallback = once(() => koffi().pointer(koffi().proto('void manyfold_handle_callback(void *handle)')));
export const uvPrepareInit = lateBy(() => libc().func('uv_prepare_init', 'int', ['void *', 'void *']));
export const uvPrepareStart = lateBy(() => libc().func('uv_prepare_start', 'int', ['void *', handleCallback()]));
export const uvIdleInit = lateBy(() => libc().func('uv_idle_init', 'int', ['void *', 'void *']));
export const uvIdleStart = lateBy(() => libc().func('uv_idle_start', 'int', ['void *', handleCallback()]));
export const uvIdleStop = late('int uv_idle_stop(void *handle)');

const pollCallback = once(() =>
  koffi().pointer(koffi().proto('void manyfold_poll_callback(void *handle, int status, int events)')),
);
export const uvPollInit = late('int uv_poll_init(void *loop, void *handle, int fd)');
export const uvPollStart = lateBy(() => libc().func('uv_poll_start', 'int', ['void *', 'int', pollCallback()]));
export const uvClose = lateBy(() => libc().func('uv_close', 'void', ['void *', handleCallback()]));

/** Likewise, for what is polled: gets the address of the handle. */
export function pollCallbackOf(callback: (handle: number) => void): unknown {
  return koffi().register((handle: unknown) => callback(addressOf(handle)), pollCallback());
}

/** Likewise, for what is closed. */
export function closeCallbackOf(callback: (handle: number) => void): unknown {
  return koffi().register((handle: unknown) => callback(addressOf(handle)), handleCallback());
}

export const uvTimerStop = late('int uv_timer_stop(void *timer)');
export const uvFsEventStop = late('int uv_fs_event_stop(void *watcher)');
export const uvFsPollStop = late('int uv_fs_poll_stop(void *watcher)');
const visitor = once(() => koffi().pointer(koffi().proto('void manyfold_visitor(void *handle, void *nothing)')));
const uvWalk = lateBy(() => libc().func('uv_walk', 'void', ['void *', visitor(), 'void *']));

/** The handles of an event loop, in the order in which they came to be; libuv's own are not shown. */
export function handlesOf(loop: unknown): unknown[] {
  const handles: unknown[] = [];
  uvWalk(loop, (handle: unknown) => void handles.push(handle), null);
  return handles;
}

/** A function of ours that libuv can call on the main thread; for good. */
export function callbackOf(callback: () => void): unknown {
  return koffi().register(callback, handleCallback());
}

/** Native memory that is never given back. */
export function allocateBytes(count: number): unknown {
  return koffi().alloc('uint8_t', count);
}

/** A view over foreign memory as an `ArrayBuffer`; the memory must stay mapped as long as the buffer is reachable. */
export function viewMemory(address: number, length: number): ArrayBuffer {
  return koffi().view(BigInt(address), length);
}

/** The pointer that lies at `offset` behind another. */
export function pointerAt(pointer: unknown, offset: number): unknown {
  return koffi().decode(pointer, offset, 'void *');
}

/** A copy of foreign memory. */
export function copyBytes(pointer: unknown, length: number): Uint8Array {
  return Uint8Array.from(koffi().decode(pointer, 'uint8_t', length) as ArrayLike<number>);
}

export function addressOf(pointer: unknown): number {
  return Number(koffi().address(pointer));
}

export function errno(): number {
  return koffi().errno();
}

/** The numbers of one system call differ between processors. */
export const SYS_FUTEX = process.arch === 'arm64' ? 98 : 202;
export const SYS_PIDFD_OPEN = 434;
export const SYS_PIDFD_GETFD = 438;
