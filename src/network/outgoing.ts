/** Bytes that are to go out together. */
export interface Outgoing {
  rest: Uint8Array[];
  resolve(): void;
  reject(error: Error): void;
}

export function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** What is left of the parts after their first `count` bytes. */
export function drop(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  return parts.flatMap((part) => {
    const dropped = Math.min(left, part.length);
    left -= dropped;
    return dropped < part.length ? [part.subarray(dropped)] : [];
  });
}

/** Bytes that nobody else changes. */
export function copies(parts: readonly Uint8Array[]): Uint8Array[] {
  return parts.map((part) => Uint8Array.prototype.slice.call(part));
}
