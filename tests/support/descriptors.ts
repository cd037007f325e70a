import koffi from 'koffi';

const pollCall = koffi.load(null).func('int poll(void *entries, unsigned long count, int timeout)');
const POLLIN = 1;

/** Whether a descriptor is readable at this moment. */
export function poll(fd: number): boolean {
  const entry = new Int32Array([fd, POLLIN]);
  return (pollCall(entry, 1, 0) as number) > 0;
}
