let ownName = (): string => `process ${process.pid}`;

/** Says how this process is called; the processes' own folder knows, and imports this one. */
export function nameProcess(name: () => string): void {
  ownName = name;
}

export function processName(): string {
  return ownName();
}
