import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FleetProject, WrittenFleet } from '../../../workflows/domain/fleet';
import type { Limits } from '../../../workflows/domain/limits';
import { FLEET_ID } from '../../../workflows/domain/names';
import { assertKnownVersion } from '../format-version';
import { failure } from '../../runtime/failure';
import { assertClosed, codeOf } from '../private-folder';
import type { BackupStore } from '../backup/store';
import { storeFailure, unlessMissing } from '../fs-errors';

/** The file that says what was frozen. */
export const FLEET_MANIFEST_FILE = 'manifest.json';
/** The projects, one a line, in the order in which they are to be started. */
export const LIST_FILE = 'projects.jsonl';
const VERSION = 1;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  fleetId: z.string(),
  frozenAt: z.string(),
  request: z.unknown(),
  limits: z.custom<Limits>((value) => typeof value === 'object' && value !== null),
  total: z.int(),
  canaries: z.int(),
  alreadyMigrated: z.int(),
  migratedBefore: z
    .array(
      z.object({
        connection: z.string(),
        database: z.string(),
        projects: z.int(),
        firstSnapshot: z.string(),
        lastSnapshot: z.string(),
      }),
    )
    .optional(),
  excluded: z.array(z.string()).optional(),
  rows: z.number(),
  /** Whether `rows` were too slow to be counted. */
  isEstimated: z.boolean(),
  sha256: z.string(),
});

export type FleetManifest = z.infer<typeof manifestSchema>;

const projectSchema = z.object({
  ref: z.string(),
  database: z.string(),
  owner: z.string().optional(),
  source: z.string(),
  target: z.string(),
  rows: z.number(),
  overlap: z.object({ users: z.int(), buckets: z.int() }).optional(),
  canary: z.boolean().optional(),
  reason: z.string().optional(),
});

/** Where a fleet's folder is, or would be. Ids that are not plain folder names never get here. */
export function fleetPath(store: BackupStore, fleetId: string): string {
  if (FLEET_ID.test(fleetId)) return join(store.directory, fleetId);
  throw failure('InvalidInput', `"${fleetId}" is not the id of a fleet`);
}

/** Reads what a fleet has frozen; `undefined` if there is no such fleet. */
export async function readFrozen(
  store: BackupStore,
  fleetId: string,
): Promise<WrittenFleet | undefined> {
  const path = fleetPath(store, fleetId);
  if ((await unlessMissing(path, lstat)) === undefined) return undefined;
  await assertClosed(path);
  const file = join(path, FLEET_MANIFEST_FILE);
  const content = parsedJson(await readText(file));
  assertKnownVersion(content, VERSION, file);
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success || parsed.data.fleetId !== fleetId)
    throw failure('BackupDamaged', `${file} is not the manifest of ${fleetId}`);
  const { sha256, total, canaries, alreadyMigrated, rows, limits } = parsed.data;
  const { migratedBefore, excluded } = parsed.data;
  const written = { fleetId, path, sha256, total, canaries, alreadyMigrated, rows, limits };
  return {
    ...written,
    ...(migratedBefore !== undefined && { migratedBefore }),
    ...(excluded !== undefined && { excluded }),
  };
}

/** Reads the list of a fleet in its order; rejects with `BackupDamaged` if it is not the one frozen. */
export async function readList(
  store: BackupStore,
  { fleetId, sha256 }: Pick<WrittenFleet, 'fleetId' | 'sha256'>,
): Promise<readonly FleetProject[]> {
  const path = fleetPath(store, fleetId);
  await assertThere(store, fleetId);
  const file = join(path, LIST_FILE);
  const text = await readText(file);
  if (listDigest(text) !== sha256)
    throw failure('BackupDamaged', `${file} is not the list that was frozen`);
  return linesOf(text, { schema: projectSchema, file });
}

/** Rejects with `NotFound` if there is no such fleet. */
export async function assertThere(store: BackupStore, fleetId: string): Promise<WrittenFleet> {
  const frozen = await readFrozen(store, fleetId);
  if (frozen !== undefined) return frozen;
  throw failure(
    'NotFound',
    `there is no fleet "${fleetId}" in ${store.directory}; where another host froze it, "host" must name that one`,
  );
}

/** Lists the fleets of the backup directory, oldest first. */
export async function listFleets(store: BackupStore): Promise<readonly string[]> {
  const names = (await unlessMissing(store.directory, (path) => readdir(path))) ?? [];
  const millis = (fleetId: string): number => Number(fleetId.split('_')[1]);
  return names.filter((name) => FLEET_ID.test(name)).sort((a, b) => millis(a) - millis(b));
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw failure('BackupDamaged', `${file} is missing`);
    throw storeFailure(error, file);
  });
}

/** SHA-256 of a list, in hex. */
export function listDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Values as JSON, one a line. */
export function textOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Reads values that were written one a line; rejects with `BackupDamaged` and the line that is not one. */
export function linesOf<Schema extends z.ZodType>(
  text: string,
  { schema, file }: { readonly schema: Schema; readonly file: string },
): readonly z.output<Schema>[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, i) => {
    const parsed = schema.safeParse(parsedJson(line));
    if (parsed.success) return parsed.data;
    throw failure('BackupDamaged', `${file}: line ${i + 1} is not what was written`);
  });
}

/** What a text says as JSON; `undefined` if it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
