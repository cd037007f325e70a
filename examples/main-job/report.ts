import type { Syntax } from './syntax.js';

export interface FileReport extends Partial<Syntax> {
  /** Relative to the folder that was asked for. */
  readonly path: string;
  readonly bytes?: number;
  readonly gzip?: number;
  readonly sha256?: string;
  /** Why it could not be read or parsed; what was found out before is there. */
  readonly problem?: string;
}

export interface Run {
  readonly processes: number;
  readonly seconds: number;
  readonly digest: string;
  readonly reports: readonly FileReport[];
}

type Measure = 'bytes' | 'gzip' | 'functions' | 'longestFunction' | 'deepestNesting';

const extremes = 10;
const integer = new Intl.NumberFormat('en');

/** What the user sees at the end: totals, problems, extremes, and how the two runs compare. */
export function describeRuns(folder: string, one: Run, all: Run): string {
  return [
    describeTotals(folder, all.reports),
    describeProblems(all.reports),
    describeExtremes('largest files, in bytes', all.reports, 'bytes'),
    describeExtremes('longest functions, in lines', all.reports, 'longestFunction'),
    describeExtremes('deepest nesting, in levels', all.reports, 'deepestNesting'),
    describeTimes(one, all),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function describeTotals(folder: string, reports: readonly FileReport[]): string {
  const sum = (measure: Measure) => reports.reduce((total, report) => total + (report[measure] ?? 0), 0);
  const [bytes, gzip] = [sum('bytes'), sum('gzip')];
  const share = bytes === 0 ? '' : ` (${Math.round((100 * gzip) / bytes)} %)`;
  return [
    `${integer.format(reports.length)} source files below ${folder}`,
    `${integer.format(bytes)} bytes, ${integer.format(gzip)} with gzip${share}`,
    `${integer.format(sum('functions'))} functions`,
  ].join('\n');
}

function describeProblems(reports: readonly FileReport[]): string {
  const problems = reports.filter(({ problem }) => problem !== undefined);
  if (problems.length === 0) return 'every file could be read and parsed';
  return [
    `${integer.format(problems.length)} with a problem:`,
    ...problems.map(({ path, problem }) => `  ${path}: ${problem}`),
  ].join('\n');
}

function describeExtremes(title: string, reports: readonly FileReport[], measure: Measure): string {
  const valueOf = (report: FileReport) => report[measure] ?? 0;
  const top = reports
    .filter((report) => valueOf(report) > 0)
    .toSorted((a, b) => valueOf(b) - valueOf(a))
    .slice(0, extremes);
  if (top.length === 0) return '';
  const values = top.map((report) => integer.format(valueOf(report)));
  const width = Math.max(...values.map(({ length }) => length));
  return [`${title}:`, ...top.map(({ path }, i) => `  ${values[i]!.padStart(width)}  ${path}`)].join('\n');
}

function describeTimes(one: Run, all: Run): string {
  const times = [one, all].map(({ processes, seconds }) => `${nameProcesses(processes)}: ${seconds.toFixed(2)} s`);
  const faster = `${(one.seconds / all.seconds).toFixed(2)} times as fast`;
  const agreement =
    one.digest === all.digest
      ? `both gave the same digest: ${one.digest}`
      : `they DIFFER: digest ${one.digest} with ${nameProcesses(one.processes)}, then ${all.digest}`;
  return [`${times.join(', ')}: ${faster}`, agreement].join('\n');
}

export function nameProcesses(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}
