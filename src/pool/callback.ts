/** Calls what a user has given us. What it throws is told as a warning of the process, and keeps nobody from going on. */
export function quietly(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    warn(error);
  }
}

export function warn(error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  process.emitWarning('a callback of a pool has thrown', { type: 'PoolWarning', code: 'ERR_POOL_CALLBACK', detail });
}
