import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { IDLE_NAME } from '../../../activities/postgres/session/pool';
import { deferred, type Deferred } from '../../support/deferred';
import { HeldWire, type Moment, type Passing, type WireStop } from './wire-stop';

/** One session on its way through. */
interface Wire extends Passing {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * A TCP proxy on 127.0.0.1 in front of one port. It can cut the network, make it slow, let it hang,
 * and stop the bytes of one client at an exact moment.
 */
export class TcpProxy {
  readonly #target: number;
  readonly #wires = new Set<Wire>();
  readonly #listener: Server;
  #stops: readonly HeldWire[] = [];
  #isCut = false;
  #delayMs = 0;
  #hanging: Deferred<undefined> | undefined;
  #made = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#listener = createServer((client) => {
      this.#accept(client);
    });
  }

  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#listener.address();
    if (address !== null && typeof address === 'object') return address.port;
    throw new Error('the proxy is closed');
  }

  /** Stops the first session whose bytes come to this moment. */
  stopAt(moment: Moment): WireStop {
    const stop = new HeldWire(moment);
    this.#stops = [...this.#stops, stop];
    return stop;
  }

  /** Breaks every session and takes no new one. */
  cut(): void {
    this.#isCut = true;
    for (const wire of this.#wires) destroy(wire);
  }

  /** Every chunk of bytes takes this much longer, in both directions. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Nothing arrives any more, and nobody is told. */
  hang(): void {
    this.#hanging ??= deferred();
  }

  /** The network is as it should be; stops that were not reached are gone. */
  fix(): void {
    this.#isCut = false;
    this.#delayMs = 0;
    this.#hanging?.resolve(undefined);
    this.#hanging = undefined;
    for (const stop of this.#stops) stop.release();
    this.#stops = [];
  }

  async close(): Promise<void> {
    this.fix();
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #accept(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    this.#made += 1;
    const wire = { id: this.#made, startup: '', tail: '', client, server };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => destroy(wire));
      socket.once('close', () => {
        destroy(wire);
        this.#wires.delete(wire);
      });
    }
    this.#wires.add(wire);
    if (this.#isCut) {
      destroy(wire);
      return;
    }
    void pump(client, server, (chunk) => this.#toServer(wire, chunk));
    void pump(server, client, (chunk) => this.#deliver(client, chunk));
  }

  async #toServer(wire: Wire, chunk: Buffer): Promise<void> {
    if (wire.startup === '') wire.startup = chunk.toString('latin1');
    // A session that was used before says again whose it is, as a first one does.
    const isLeft = chunk.includes(`application_name = '${IDLE_NAME}'`);
    for (const stop of this.#stops) {
      const verdict = stop.judge(wire, chunk);
      if (verdict === 'pass') continue;
      await this.#deliver(wire.server, chunk.subarray(0, verdict.first));
      if ((await stop.hold()) === 'drop') destroy(wire);
      if (isLeft) wire.startup = '';
      return this.#deliver(wire.server, chunk.subarray(verdict.first));
    }
    if (isLeft) wire.startup = '';
    return this.#deliver(wire.server, chunk);
  }

  async #deliver(to: Socket, chunk: Buffer): Promise<void> {
    if (this.#delayMs > 0) await wait(this.#delayMs);
    await this.#hanging?.promise;
    if (to.destroyed || chunk.length === 0) return;
    if (to.write(chunk)) return;
    await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
  }
}

/** A session that breaks ends both directions; whoever is at its ends is told by that. */
async function pump(
  from: Socket,
  to: Socket,
  pass: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  try {
    for await (const chunk of from) if (Buffer.isBuffer(chunk)) await pass(chunk);
    to.end();
  } catch {
    to.destroy();
  }
}

function destroy({ client, server }: Wire): void {
  client.destroy();
  server.destroy();
}
