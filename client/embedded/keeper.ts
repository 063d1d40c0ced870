// Keeps one local Temporal server for all scripts that use the same state folder, in a process of its
// own, so that no script's end takes the server from another. Each script holds a socket open; a
// script that dies, however it does, lets go of it. With the last one the server ends.
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { KeptServer } from './kept-server';
import { withLock } from './lock';
import { stateFolderAt, type StateFolder } from './state-folder';
import { answerSchema, firstMessage, helloSchema, say } from './wire';

/** A keeper whom nobody has come to for this long ends. */
const ALONE_MS = 20_000;
const POLL_MS = 250;

class Keeper {
  readonly #state: StateFolder;
  readonly #server: KeptServer;
  readonly #door: Server;
  readonly #scripts = new Map<Socket, string>();
  #lastSeen = Date.now();

  constructor(state: StateFolder, cli: string) {
    this.#state = state;
    this.#server = new KeptServer(state, cli);
    this.#door = createServer((socket) => void this.#welcome(socket));
  }

  /** Keeps the server until nobody uses it any more. */
  async run(): Promise<void> {
    this.#door.listen(this.#state.socket);
    await once(this.#door, 'listening');
    await this.#server.start().catch(() => undefined);
    while (!(await this.#isOver())) {
      await wait(POLL_MS);
      await this.#server.revive();
    }
  }

  async #welcome(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#scripts.delete(socket);
      this.#lastSeen = Date.now();
    });
    const hello = helloSchema.safeParse(await firstMessage(socket).catch(() => undefined));
    if (!hello.success) return void socket.destroy();
    const others = [...this.#scripts.values()];
    this.#scripts.set(socket, hello.data.script);
    const answer = await this.#server.started.then(
      ({ address, uiUrl }) => ({ address, uiUrl, others }),
      (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
    );
    say(socket, answerSchema.parse(answer));
  }

  async #isOver(): Promise<boolean> {
    if (this.#scripts.size > 0) return false;
    if (!this.#hadSomebody && Date.now() - this.#lastSeen < ALONE_MS) return false;
    return withLock(this.#state.lock, () => this.#end());
  }
}
