/** What a client says first has no type byte. */
export const STARTUP = 0;
export const TERMINATE = 'X'.charCodeAt(0);
export const READY = 'Z'.charCodeAt(0);

/**
 * Cuts a stream of PostgreSQL's protocol (version 3) into whole messages: each is given with its type
 * byte, which the first message of a client does not have.
 */
export function framesOf(
  take: (type: number, frame: Buffer) => unknown,
  from: 'client' | 'server',
): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isStartup = from === 'client';
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = isStartup ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      const frame = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = isStartup ? STARTUP : (frame[0] ?? STARTUP);
      isStartup = false;
      take(type, frame);
    }
  };
}
