import { Client, Listener, type Address, type Family } from 'manyfold/connection';

export const key = Buffer.from('secret');

/** Addresses of every kind; the paths are those of the test program's temporary folder. */
export function addresses(): [title: string, address: Address | undefined, family?: Family][] {
  const name = `manyfold-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  return [
    ['no address', undefined],
    ['AF_INET without an address', undefined, 'AF_INET'],
    ['TCP', ['localhost', 0]],
    ['a path', `${process.env['TMPDIR'] ?? '/tmp'}/${name}`],
    ['an abstract name', `\0${name}`],
  ];
}

/** A connection over TCP, both ends of it in this process. */
export async function connected() {
  const listener = new Listener(['localhost', 0]);
  const [there, here] = await Promise.all([listener.accept(), Client(listener.address)]);
  listener.close();
  return { here, there, [Symbol.dispose]: () => (here.close(), there.close()) };
}
