import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findTemporalCli } from '../temporal-cli';
import { childEnvironment } from '../temporal-cli/child-environment';
import { withLock } from './lock';
import type { StateFolder } from './state-folder';
import { answerSchema, firstMessage, sendMessage } from './wire';
import { KnownError } from '../../workflows/domain/known-error';

const KEEPER_COMES_WITHIN_MS = 15_000;
const SERVER_GOES_WITHIN_MS = 20_000;

/** A share in the local Temporal server of a state folder. */
export interface ServerShare {
  readonly address: string;
  readonly uiUrl: string;
  /** The scripts that shared the server when this one came. */
  readonly others: readonly string[];
  /** Resolves once the server is gone, or at once where others still use it. */
  readonly leave: () => Promise<void>;
}

/** Who joins, and where. */
export interface Joining {
  readonly state: StateFolder;
  /** What this script is called among those that share the server. */
  readonly script: string;
  readonly log: (line: string) => void;
}

/**
 * Joins the local Temporal server of a state folder, started if no one has it running. The server
 * ends with the last script that leaves or dies. When its keeper dies, another is started on the same
 * file and the same ports.
 */
export async function joinServer(joining: Joining): Promise<ServerShare> {
  const { socket, answer } = await withLock(joining.state.lock, () => enter(joining));
  if ('error' in answer) {
    socket.destroy();
    throw new KnownError('ServerUnavailable', answer.error);
  }
  let current = socket;
  let isLeaving = false;
  const watch = (watched: Socket): void => {
    watched.once('close', () => {
      if (isLeaving) return;
      void withLock(joining.state.lock, () => enter(joining)).then(
        (again) => {
          current = again.socket;
          watch(current);
        },
        (error: unknown) => joining.log(`the local Temporal server is gone: ${String(error)}`),
      );
    });
  };
  watch(socket);
  return {
    ...answer,
    leave: async () => {
      isLeaving = true;
      await leave(current);
    },
  };
}

/** Joins the local Temporal server of a state folder if one runs; `undefined` if none does. */
export async function joinRunning({
  state,
  script,
}: Omit<Joining, 'log'>): Promise<ServerShare | undefined> {
  const socket = await knock(state.socket);
  if (socket === undefined) return undefined;
  sendMessage(socket, { script });
  // Where the keeper is about to end, it says nothing any more.
  const answer = answerSchema.safeParse(await firstMessage(socket).catch(() => undefined)).data;
  if (answer === undefined || 'error' in answer) {
    socket.destroy();
    return undefined;
  }
  return { ...answer, leave: () => leave(socket) };
}

async function enter({ state, script, log }: Joining) {
  const socket = (await knock(state.socket)) ?? (await callKeeper(state, log));
  sendMessage(socket, { script });
  return { socket, answer: answerSchema.parse(await firstMessage(socket)) };
}

/** The keeper's socket, or nothing if none listens. */
async function knock(place: string): Promise<Socket | undefined> {
  const socket = connect(place);
  try {
    await once(socket, 'connect');
    // A keeper that breaks off is seen by the socket's close.
    socket.on('error', () => undefined);
    return socket;
  } catch {
    // No one listens: the caller starts a keeper, or says that none runs.
    return undefined;
  }
}

async function callKeeper(state: StateFolder, log: (line: string) => void): Promise<Socket> {
  const cli = await findTemporalCli(log);
  if (existsSync(state.socket)) rmSync(state.socket, { force: true });
  const keeper = spawn(process.execPath, [path.join(__dirname, 'keeper.js'), state.folder, cli], {
    env: childEnvironment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  keeper.unref();
  await once(keeper, 'spawn');
  const deadline = Date.now() + KEEPER_COMES_WITHIN_MS;
  while (Date.now() < deadline) {
    const socket = await knock(state.socket);
    if (socket !== undefined) return socket;
    await wait(50);
  }
  const message = `the local Temporal server could not be started; see ${state.serverLog}`;
  throw new KnownError('ServerUnavailable', message);
}

async function leave(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const closed = once(socket, 'close');
  socket.end();
  const patience = new AbortController();
  // Rejects only by the abort below.
  const late = wait(SERVER_GOES_WITHIN_MS, undefined, { signal: patience.signal }).catch(
    () => undefined,
  );
  await Promise.race([closed, late]);
  patience.abort();
  socket.destroy();
}
