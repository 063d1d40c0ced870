import type { Socket } from 'node:net';
import { isReadyAfter, Messages, type Message } from './wire';

/** A message of a session at the moment in which it is about to be passed on. */
export interface Passing {
  readonly message: Message;
  /** The SQL that the session has sent before in the same hands. */
  readonly sent: readonly string[];
}

/** What becomes of a message: passed on, or the session is held. */
export interface Verdict {
  readonly withhold: 'nothing' | 'request' | 'answer';
  /** Called when the session is held, with what lets it go on. */
  readonly held?: (release: () => void) => void;
}

/** One session on its way through a gate. Once held, nothing more passes in that direction. */
export class Passage {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judge: (passing: Passing) => Verdict;
  readonly #messages = new Messages();
  #sent: readonly string[] = [];
  #requests: Message[] | undefined;
  #answers: Buffer | undefined;
  #answered: () => void = () => undefined;

  constructor(client: Socket, server: Socket, judge: (passing: Passing) => Verdict) {
    this.#client = client;
    this.#server = server;
    this.#judge = judge;
    client.on('data', (chunk) => {
      for (const message of this.#messages.push(chunk)) this.#request(message);
    });
    server.on('data', (chunk) => this.#answer(chunk));
  }

  #request(message: Message): void {
    if (this.#requests !== undefined) {
      this.#requests.push(message);
      return;
    }
    const before = message.type === 'taken' ? [] : this.#sent;
    const { withhold, held } = this.#judge({ message, sent: before });
    this.#sent = [...before, message.sql];
    if (withhold === 'request') {
      this.#requests = [message];
      held?.(() => this.#goOn());
      return;
    }
    if (withhold === 'answer') {
      this.#answers = Buffer.alloc(0);
      this.#answered = () => held?.(() => this.#goOn());
    }
    this.#server.write(message.bytes);
  }

  #answer(chunk: Buffer): void {
    if (this.#answers === undefined) {
      this.#client.write(chunk);
      return;
    }
    this.#answers = Buffer.concat([this.#answers, chunk]);
    if (!isReadyAfter(this.#answers)) return;
    this.#answered();
    this.#answered = () => undefined;
  }

  #goOn(): void {
    for (const { bytes } of this.#requests ?? []) this.#server.write(bytes);
    this.#requests = undefined;
    if (this.#answers !== undefined) this.#client.write(this.#answers);
    this.#answers = undefined;
  }
}
