import { createHash } from 'node:crypto';
import path from 'node:path';
import { TASK_QUEUE, taskQueueIn } from '../workflows/domain/names';
import type { Places } from './session';

/**
 * The task queue of a start. Flags that cannot travel to another operator's worker give it a private
 * one, always the same for the same places, so that the next start serves what a killed one left.
 */
export function taskQueueOf(places: Places, environment: Readonly<NodeJS.ProcessEnv>): string {
  if (!isPrivate(places)) return taskQueueIn(environment);
  const { connectionString, backupDirectory, config } = places;
  const named = [
    connectionString === undefined ? '' : withoutPassword(connectionString),
    backupDirectory === undefined ? '' : path.resolve(backupDirectory),
    config === undefined ? '' : path.resolve(config),
  ];
  const digest = createHash('sha256').update(JSON.stringify(named)).digest('hex');
  return `${TASK_QUEUE}-${digest.slice(0, 16)}`;
}

/** Whether the flags name places that only a worker of this very process can know. */
export function isPrivate({ connectionString, backupDirectory, config }: Places): boolean {
  return connectionString !== undefined || backupDirectory !== undefined || config !== undefined;
}

/** Whether a connection string carries a password. */
export function hasPassword(connectionString: string): boolean {
  return withoutPassword(connectionString) !== connectionString;
}

function withoutPassword(connectionString: string): string {
  if (!URL.canParse(connectionString)) return '';
  const url = new URL(connectionString);
  if (url.password === '' && !url.searchParams.has('password')) return connectionString;
  url.password = '';
  url.searchParams.delete('password');
  return url.toString();
}
