/** What a session says of itself when it comes. */
export interface Startup {
  readonly applicationName: string;
  readonly database: string;
}

/** One message of a client: its type, and the SQL where it carries any. */
export interface Message {
  readonly bytes: Buffer;
  readonly type: string;
  readonly sql: string;
}

/**
 * Cuts what a client sends into messages, by the frames of PostgreSQL's protocol 3.0
 * (https://www.postgresql.org/docs/15/protocol-message-formats.html). The first is the start-up message.
 */
export class Messages {
  #rest = Buffer.alloc(0);
  #startup: Startup | undefined;

  /** Known once the first message has come. */
  get startup(): Startup | undefined {
    return this.#startup;
  }

  /** Takes the next bytes and gives the messages that are complete with them. */
  push(chunk: Buffer): readonly Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const complete: Message[] = [];
    for (let next = this.#cut(); next !== undefined; next = this.#cut()) complete.push(next);
    return complete;
  }

  #cut(): Message | undefined {
    const head = this.#startup === undefined ? 0 : 1;
    if (this.#rest.length < head + 4) return undefined;
    const length = head + this.#rest.readUInt32BE(head);
    if (this.#rest.length < length) return undefined;
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    if (head === 1) return message(bytes);
    this.#startup = startup(bytes);
    return { bytes, type: 'startup', sql: '' };
  }
}

/** Whether the server's bytes end by its being ready for the next statement: all before it is done. */
export function isReadyAfter(bytes: Buffer): boolean {
  const tail = bytes.subarray(-6);
  return tail.length === 6 && tail[0] === 0x5a && tail.readUInt32BE(1) === 5;
}

function message(bytes: Buffer): Message {
  const type = bytes.toString('latin1', 0, 1);
  const fields = type === 'Q' || type === 'P' ? bytes.toString('utf8', 5).split('\0') : [];
  return { bytes, type, sql: (type === 'P' ? fields[1] : fields[0]) ?? '' };
}

function startup(bytes: Buffer): Startup {
  const fields = bytes.toString('utf8', 8).split('\0');
  const valueOf = (name: string): string => {
    const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
    return at === -1 ? '' : (fields[at + 1] ?? '');
  };
  return { applicationName: valueOf('application_name'), database: valueOf('database') };
}
