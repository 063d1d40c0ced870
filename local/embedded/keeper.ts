// Keeps one local Temporal server for all scripts that use the same state folder, in a process of its
// own, so that no script's end takes the server from another. Each script holds a socket open; one
// that dies, however it does, detaches. With the last one the server ends.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { KeptServer } from './kept-server';
import { withLock } from './lock';
import { stateFolderAt, type StateFolder } from './state-folder';
import { firstMessage, helloSchema, sendMessage, type KeeperAnswer } from './wire';

/** A keeper to whom no one comes for this long ends. */
const PATIENCE_MS = 20_000;
const POLL_MS = 200;

class Keeper {
  readonly #state: StateFolder;
  readonly #door: Server;
  readonly #scripts = new Map<Socket, string>();
  readonly #leaving: Socket[] = [];
  readonly #server: KeptServer;
  #waitsUntil = Date.now() + PATIENCE_MS;

  constructor(state: StateFolder, server: KeptServer) {
    this.#state = state;
    this.#server = server;
    this.#door = createServer({ allowHalfOpen: true }, (socket) => void this.#welcome(socket));
  }

  /** Keeps the server until no one uses it any more. */
  async run(): Promise<void> {
    this.#door.listen(this.#state.socket);
    await once(this.#door, 'listening');
    while (!(await this.#isOver())) {
      await wait(POLL_MS);
      // `started` tells the scripts, and the next round tries it again.
      await this.#server.revive().catch(() => undefined);
    }
  }

  async #welcome(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    socket.once('close', () => this.#takeOut(socket));
    // Whoever breaks off has not become one of the scripts.
    const hello = helloSchema.safeParse(await firstMessage(socket).catch(() => undefined));
    if (!hello.success) {
      socket.destroy();
      return;
    }
    const others = [...this.#scripts.values()];
    this.#scripts.set(socket, hello.data.script);
    socket.once('end', () => this.#takeOut(socket));
    sendMessage(socket, await this.#answer(others));
  }

  async #answer(others: readonly string[]): Promise<KeeperAnswer> {
    try {
      const { address, uiUrl } = await this.#server.started;
      return { address, uiUrl, others: [...others] };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The last one to leave hears the socket close only after the server's end. */
  #takeOut(socket: Socket): void {
    if (!this.#scripts.delete(socket)) return;
    this.#waitsUntil = 0;
    if (this.#scripts.size > 0) socket.end();
    else this.#leaving.push(socket);
  }

  async #isOver(): Promise<boolean> {
    if (this.#scripts.size > 0 || Date.now() < this.#waitsUntil) return false;
    return withLock(this.#state.lock, async () => {
      if (this.#scripts.size > 0) return false;
      this.#door.close();
      await this.#server.stop();
      for (const socket of this.#leaving) socket.end();
      return true;
    });
  }
}

// Ctrl-C is for the scripts; a keeper ends when they are gone.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);

const [folder, cli] = process.argv.slice(2);
if (folder === undefined || cli === undefined)
  throw new Error('usage: keeper <state folder> <cli>');
const state = stateFolderAt(folder);
new Keeper(state, new KeptServer(state, cli)).run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
