import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FLEET_OUTCOMES, type FleetEntry, type RecordOrder } from '../../../workflows/domain/fleet';
import { assertThere, linesOf, textOf } from './inventory';
import { syncFolder } from '../backup/draft';
import type { BackupStore } from '../backup/store';
import { storeFailure } from '../fs-errors';
import { replaceText } from '../whole-file';

const PART = /^ended-([0-9]+)\.jsonl$/;

const entrySchema = z.object({
  projectRef: z.string(),
  databaseName: z.string(),
  outcome: z.enum(FLEET_OUTCOMES),
  backupId: z.string().optional(),
  rows: z.number().optional(),
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
});

/**
 * Writes one part of a fleet's record, as a whole or not at all. A retry writes the same part; a fleet that was reset and
 * then ran differently replaces it.
 */
export async function writeEndings(store: BackupStore, order: RecordOrder): Promise<void> {
  const { fleetId, part, entries } = order;
  const { path } = await assertThere(store, fleetId);
  const file = join(path, `ended-${part}.jsonl`);
  try {
    await replaceText(file, textOf(entries));
    await syncFolder(path);
  } catch (error) {
    throw storeFailure(error, file);
  }
}

/** The last entry of each project in a fleet's record. */
export async function readEndings(
  store: BackupStore,
  fleetId: string,
): Promise<ReadonlyMap<string, FleetEntry>> {
  const { path } = await assertThere(store, fleetId);
  const last = new Map<string, FleetEntry>();
  for (const name of await partsIn(path)) {
    const file = join(path, name);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw storeFailure(error, file);
    });
    for (const entry of linesOf(text, { schema: entrySchema, file }))
      last.set(entry.projectRef, entry);
  }
  return last;
}

async function partsIn(path: string): Promise<readonly string[]> {
  const names = await namesIn(path);
  const number = (name: string): number => Number(PART.exec(name)?.[1]);
  return names.filter((name) => PART.test(name)).sort((a, b) => number(a) - number(b));
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw storeFailure(error, path);
  }
}
