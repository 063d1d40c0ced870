import { IDLE_NAME } from '../../../activities/postgres/session/pool';
import { PIN_AGAIN } from '../../../activities/postgres/session/settings';

/** What a session says of itself when it comes. */
export interface Startup {
  readonly applicationName: string;
  readonly database: string;
}

/** One message of a client: its type, the SQL where it carries any, and whose session it is. */
export interface Message {
  readonly bytes: Buffer;
  /** That of the protocol, or `startup`; `taken` and `idle` where a kept session changes hands. */
  readonly type: string;
  readonly sql: string;
  readonly session: Startup;
}

/** What a session is called while nobody uses it. */
const IDLE = `SET application_name = '${IDLE_NAME}'`;

/**
 * Cuts what a client sends into messages, by the frames of PostgreSQL's protocol 3.0
 * (https://www.postgresql.org/docs/15/protocol-message-formats.html). The first is the start-up message.
 */
export class Messages {
  #rest = Buffer.alloc(0);
  #startup: Startup | undefined;

  /** Takes the next bytes and gives the messages that are complete with them. */
  push(chunk: Buffer): readonly Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const complete: Message[] = [];
    for (let next = this.#cut(); next !== undefined; next = this.#cut()) complete.push(next);
    return complete;
  }

  #message(bytes: Buffer, session: Startup): Message {
    const type = bytes.toString('latin1', 0, 1);
    const fields = type === 'Q' || type === 'P' ? bytes.toString('utf8', 5).split('\0') : [];
    const sql = (type === 'P' ? fields[1] : fields[0]) ?? '';
    if (sql.includes(IDLE)) return { bytes, type: 'idle', sql, session };
    const applicationName = type === 'B' ? taken(bytes) : undefined;
    if (applicationName === undefined) return { bytes, type, sql, session };
    this.#startup = { ...session, applicationName };
    return { bytes, type: 'taken', sql, session: this.#startup };
  }

  #cut(): Message | undefined {
    const head = this.#startup === undefined ? 0 : 1;
    if (this.#rest.length < head + 4) return undefined;
    const length = head + this.#rest.readUInt32BE(head);
    if (this.#rest.length < length) return undefined;
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    if (this.#startup !== undefined) return this.#message(bytes, this.#startup);
    this.#startup = startup(bytes);
    return { bytes, type: 'startup', sql: '', session: this.#startup };
  }
}

/** Whether the server's bytes end by its being ready for the next statement: all before it is done. */
export function isReadyAfter(bytes: Buffer): boolean {
  const tail = bytes.subarray(-6);
  return tail.length === 6 && tail[0] === 0x5a && tail.readUInt32BE(1) === 5;
}

/** The name of which a session that was used before is told: the one parameter of a Bind message. */
function taken(bind: Buffer): string | undefined {
  const [portal = '', statement = ''] = bind.toString('latin1', 5).split('\0', 2);
  if (!statement.startsWith(PIN_AGAIN)) return undefined;
  const formats = 5 + portal.length + 1 + statement.length + 1;
  const length = formats + 2 + 2 * bind.readUInt16BE(formats) + 2;
  const value = length + 4;
  return bind.toString('utf8', value, value + bind.readInt32BE(length));
}

function startup(bytes: Buffer): Startup {
  const fields = bytes.toString('utf8', 8).split('\0');
  const valueOf = (name: string): string => {
    const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
    return at === -1 ? '' : (fields[at + 1] ?? '');
  };
  return { applicationName: valueOf('application_name'), database: valueOf('database') };
}
