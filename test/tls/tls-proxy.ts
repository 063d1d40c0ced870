import { connect, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

/** A server that ends TLS and hands everything on in the clear. */
export interface TlsProxy {
  /** `localhost:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts a TLS proxy for HTTP/2 before `to` (`host:port`), on a free port. */
export async function startTlsProxy(to: string, options: TlsOptions): Promise<TlsProxy> {
  const sockets = new Set<Socket>();
  const [host = '', port = ''] = to.split(':');
  const server = createServer({ ...options, ALPNProtocols: ['h2'] }, (near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        sockets.delete(socket);
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    address: `localhost:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
