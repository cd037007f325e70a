export * from './errors.js';
export { Process, type ProcessOptions } from './process/process.js';
export { currentProcess, parentProcess } from './process/current.js';
export { activeChildren } from './process/children.js';
export { setExecutable } from './process/launch.js';
export { setForkserverPreload } from './process/fork-server.js';
export { getAllStartMethods, getStartMethod, setStartMethod, type StartMethod } from './process/start-method.js';
export { usableCpus as cpuCount } from './system/cpu.js';
