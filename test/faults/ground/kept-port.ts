import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, and above those of known services. */
const FIRST = 15_000;

/** Each process looks in a stretch of its own, so that two never choose the same at the same time. */
const STRETCH = 100;
const STRETCHES = 150;

let given = 0;

/**
 * A free TCP port of 127.0.0.1 that this process was not given before. While its server is down for a
 * moment nobody else gets it.
 */
export async function keptPort(): Promise<number> {
  for (let tried = 0; tried < STRETCH; tried += 1) {
    const port = FIRST + (process.pid % STRETCHES) * STRETCH + (given % STRETCH);
    given += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`none of the ${STRETCH} ports of this process is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
