import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Passage, type Passing, type Verdict } from './passage';
import type { Startup } from './wire';

/** A point on a script's way, by what one of its sessions sends to PostgreSQL. */
export interface Point {
  /** The step whose session it is, as its `application_name` says. */
  readonly step: string;
  /** The database that the session is in. */
  readonly database?: string | RegExp;
  /** The session's coming or being taken, its going or being left, or a statement. */
  readonly at: 'session' | 'farewell' | RegExp;
  /** Something that the same session has sent before. */
  readonly since?: RegExp;
  /** Whether the message is withheld from the server, or the server's answer to it from the script. */
  readonly withheld: 'request' | 'answer';
}

/** A script that is held at a point. */
export interface Held {
  readonly session: Startup;
  /** Lets the script go on. */
  readonly release: () => void;
}

const TYPES: Readonly<Record<'session' | 'farewell', readonly string[]>> = {
  session: ['startup', 'taken'],
  farewell: ['X', 'idle'],
};

/**
 * Stands between scripts and PostgreSQL and lets everything through, but holds the first session that
 * comes to the point it was armed for. For a script that dies there the withheld message was never
 * sent, the withheld answer never read.
 */
export class Gate {
  readonly #door: Server;
  readonly #upstream: URL;
  readonly #sockets = new Set<Socket>();
  readonly #sessions: Startup[] = [];
  #armed: { readonly point: Point; readonly reach: (held: Held) => void } | undefined;

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream);
    this.#door = createServer((client) => this.#welcome(client));
  }

  /** Opens a gate to the server that the URL names. */
  static async open(upstream: string): Promise<Gate> {
    const gate = new Gate(upstream);
    gate.#door.listen(0, '127.0.0.1');
    await once(gate.#door, 'listening');
    return gate;
  }

  /** The URL that the gate was opened with, through the gate. */
  get url(): string {
    const address = this.#door.address();
    if (address === null || typeof address === 'string') throw new Error('the gate is closed');
    const url = new URL(this.#upstream);
    url.host = `127.0.0.1:${address.port}`;
    return url.href;
  }

  /** Every session that came, in order. */
  get sessions(): readonly Startup[] {
    return this.#sessions;
  }

  /** Resolves when a session has come to the point and is held there. */
  holdAt(point: Point): Promise<Held> {
    return new Promise((reach) => {
      this.#armed = { point, reach };
    });
  }

  /** Ends every session that is under way. */
  async close(): Promise<void> {
    const closed = once(this.#door, 'close');
    this.#door.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #welcome(client: Socket): void {
    const server = connect(Number(this.#upstream.port), this.#upstream.hostname);
    this.#tie(client, server);
    this.#tie(server, client);
    new Passage(client, server, (passing) => this.#judge(passing));
  }

  /** The end of one side, however it comes, is the end of the other. */
  #tie(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }

  #judge(passing: Passing): Verdict {
    const { type, session } = passing.message;
    if (TYPES.session.includes(type)) this.#sessions.push(session);
    const armed = this.#armed;
    if (armed === undefined || !isAt(armed.point, passing)) return { withhold: 'nothing' };
    this.#armed = undefined;
    return {
      withhold: armed.point.withheld,
      held: (release) => armed.reach({ session, release }),
    };
  }
}

function isAt(point: Point, { message, sent }: Passing): boolean {
  const { session } = message;
  const [, , step] = session.applicationName.split(/[ #]/);
  if (step !== point.step || !isIn(point.database, session.database)) return false;
  if (point.since !== undefined && !sent.some((sql) => point.since?.test(sql))) return false;
  return typeof point.at === 'string'
    ? TYPES[point.at].includes(message.type)
    : point.at.test(message.sql);
}

function isIn(wanted: string | RegExp | undefined, database: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === database : wanted.test(database);
}
