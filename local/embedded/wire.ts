import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { z } from 'zod';

/** What a script says when it comes, once. */
export const helloSchema = z.object({ script: z.string() });

/** What the keeper answers once the server is ready, or when it cannot be. */
export const answerSchema = z.union([
  z.object({
    address: z.string(),
    uiUrl: z.string(),
    /** The scripts that were there before. */
    others: z.array(z.string()),
  }),
  z.object({ error: z.string() }),
]);

export type Hello = z.infer<typeof helloSchema>;
export type KeeperAnswer = z.infer<typeof answerSchema>;

/** Says one thing over a socket: a line of JSON. */
export function sendMessage(socket: Socket, message: Hello | KeeperAnswer): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

/** The first line that comes over a socket, as JSON; rejects when the socket closes before. */
export function firstMessage(socket: Socket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    createInterface({ input: socket }).once('line', (line) => {
      resolve(JSON.parse(line));
    });
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error('the other side went away'));
    });
  });
}
