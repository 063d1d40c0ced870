import { createServer } from 'node:net';

/** A TCP port of `ip` that was free a moment ago. Another process may take it before it is used. */
export function freePort(ip: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, ip, () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error(`no free port on ${ip}`));
      });
    });
  });
}
