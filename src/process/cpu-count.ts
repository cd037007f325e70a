import { usableCpus } from '../system/cpu.js';

/**
 * How many cpus this process can use: those of its affinity mask, and no more than its cgroup's quota, rounded up. The
 * environment variable MANYFOLD_CPU_COUNT overrides it, as PYTHON_CPU_COUNT does in Python.
 *
 * @example
 * const pool = new Pool(cpuCount());
 *
 * @see https://docs.python.org/3/library/os.html#os.process_cpu_count
 */
export function cpuCount(): number {
  const told = Number(process.env['MANYFOLD_CPU_COUNT']);
  return Number.isInteger(told) && told > 0 ? told : usableCpus();
}
