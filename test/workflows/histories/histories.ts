import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { WorkflowHandle } from '@temporalio/client';

/** Fields that tell of the machine a history was recorded on; replay reads none of them. */
const OF_THE_MACHINE = new Set(['identity', 'stackTrace', 'binaryChecksum', 'workerVersion']);

/** The names of the kept histories. */
export function keptHistories(): readonly string[] {
  return readdirSync(__dirname).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
}

/** Reads a kept history. */
export function keptHistory(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, `${name}.json`), 'utf8'));
}

/** A worker by its process id and host, as in the names of sticky task queues. */
const WORKER = /\b\d+@[\w.-]+/g;

/**
 * Fetches the history of a run as JSON, without what tells of the machine: the backup directory is
 * written as `/backups`, a worker as `worker`.
 */
export async function recordedHistory(
  handle: WorkflowHandle,
  backupDirectory: string,
): Promise<unknown> {
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
  return mapped(history, (text) =>
    text.replaceAll(backupDirectory, '/backups').replaceAll(WORKER, 'worker'),
  );
}

/**
 * Keeps a history for later versions of the workflows to replay: `MOVEOUT_RECORD_HISTORIES` names it,
 * or says `missing` for all that are not kept yet.
 */
export function keepIfAsked(name: string, history: unknown): void {
  const asked = process.env['MOVEOUT_RECORD_HISTORIES'];
  if (asked !== name && (asked !== 'missing' || keptHistories().includes(name))) return;
  writeFileSync(join(__dirname, `${name}.json`), `${JSON.stringify(history, null, 1)}\n`);
}

/** All that stands in a history as one text, its payloads decoded. */
export function wordsOf(history: unknown): string {
  const words: string[] = [];
  mapped(history, (text) => {
    words.push(text);
    return text;
  });
  return words.join('\n');
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((inner) => mapped(inner, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !OF_THE_MACHINE.has(name));
  return Object.fromEntries(
    entries.map(([name, inner]: [string, unknown]) => [
      name,
      name === 'data' && typeof inner === 'string'
        ? Buffer.from(change(Buffer.from(inner, 'base64').toString())).toString('base64')
        : mapped(inner, change),
    ]),
  );
}
