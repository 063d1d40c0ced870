import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { WorkflowHandle } from '@temporalio/client';

/** Fields that tell of the machine a history was recorded on; replay reads none of them. */
const OF_THE_MACHINE = new Set(['identity', 'stackTrace', 'binaryChecksum', 'workerVersion']);

/** Reads a kept history. */
export function keptHistory(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, `${name}.json`), 'utf8'));
}

/** Fetches the history of a run as JSON, without what tells of the machine. */
export async function recordedHistory(handle: WorkflowHandle): Promise<unknown> {
  return withoutMachine(JSON.parse(historyToJSON(await handle.fetchHistory())));
}

/**
 * Keeps a history for later versions of the workflows to replay: `MOVEOUT_RECORD_HISTORIES=1`
 * says so, for a version whose histories may be under way somewhere.
 */
export function keepIfAsked(name: string, history: unknown): void {
  if (process.env['MOVEOUT_RECORD_HISTORIES'] !== '1') return;
  writeFileSync(join(__dirname, `${name}.json`), `${JSON.stringify(history, null, 1)}\n`);
}

function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OF_THE_MACHINE.has(name))
      .map(([name, inner]) => [name, withoutMachine(inner)]),
  );
}
