import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { log } from '@temporalio/activity';
import { z } from 'zod';
import { BACKUP_ID } from '../../../workflows/domain/names';
import { isRetryable } from '../../runtime/failure';
import { parsedJson } from '../fleet/inventory';
import { newestFirst } from './store';
import type { BackupStore } from './store';
import { storeFailure, unlessMissing } from '../fs-errors';
import { replaceText } from '../whole-file';

const TIMING_FILE = 'timing.json';

/** The newest backups that are asked how long their migration took. */
const LOOKED_AT = 50;

const timingSchema = z.object({
  format: z.enum(['json', 'copy']),
  rows: z.number().int().nonnegative(),
  seconds: z.number().positive(),
});

/** How long one migration took, from its backup's snapshot to the completed marker. */
export type MeasuredTiming = z.infer<typeof timingSchema>;

/** Writes next to a backup how long its migration took; the backup itself stays as it is sealed. */
export async function writeTiming(
  store: BackupStore,
  backupId: string,
  timing: MeasuredTiming,
): Promise<void> {
  const path = join(store.pathOf(backupId), TIMING_FILE);
  try {
    await replaceText(path, `${JSON.stringify(timing)}\n`);
  } catch (error) {
    throw storeFailure(error, path);
  }
}

/** How long the newest migrations out of this directory took; those that never ended are left out. */
export async function readTimings(store: BackupStore): Promise<readonly MeasuredTiming[]> {
  const names = (await unlessMissing(store.directory, (path) => readdir(path))) ?? [];
  const newest = names.filter((name) => BACKUP_ID.test(name)).sort(newestFirst);
  const found: MeasuredTiming[] = [];
  for (const name of newest.slice(0, LOOKED_AT)) {
    const text = await textOf(join(store.pathOf(name), TIMING_FILE));
    const timing = timingSchema.safeParse(parsedJson(text));
    if (timing.success) found.push(timing.data);
  }
  return found;
}

/** An estimate is not worth refusing a plan: one that no attempt could read is left out, and logged. */
async function textOf(path: string): Promise<string> {
  try {
    return (await unlessMissing(path, (file) => readFile(file, 'utf8'))) ?? '';
  } catch (error) {
    if (isRetryable(error)) throw error;
    log.warn('how long an earlier migration took cannot be read', { error: String(error) });
    return '';
  }
}
