import { randomUUID } from 'node:crypto';
import { chmod, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FleetProject, MigratedBefore, WrittenFleet } from '../../../workflows/domain/fleet';
import type { Limits } from '../../../workflows/domain/limits';
import type { Origin } from '../../../workflows/domain/origin';
import { assertClosed, makeFolder } from '../private-folder';
import { isTaken, removeFolder, syncFolder } from '../backup/draft';
import {
  assertThere,
  listDigest,
  fleetPath,
  LIST_FILE,
  FLEET_MANIFEST_FILE,
  type FleetManifest,
  textOf,
} from './inventory';
import type { BackupStore } from '../backup/store';
import { storeFailure } from '../fs-errors';

const DONE_FILE = 'done.jsonl';

/** A project that is migrated already. */
export type Done = Pick<FleetProject, 'ref' | 'database' | 'source' | 'target'> & {
  readonly origin: Origin;
};

/** An inventory before it is written. */
export interface Inventory {
  readonly fleetId: string;
  readonly request: unknown;
  readonly limits: Limits;
  /** In the order in which they are to be started. */
  readonly projects: readonly FleetProject[];
  /** Those that are migrated already, each with where its rows come from. */
  readonly done: readonly Done[];
  readonly isEstimated: boolean;
  /** Refs that the request leaves out. */
  readonly excluded: readonly string[];
}

/**
 * Writes an inventory under a temporary name, then renames it. What earlier attempts left next to it is removed. If the
 * fleet's folder exists by then, it stays as it is.
 */
export async function writeFrozen(store: BackupStore, inventory: Inventory): Promise<WrittenFleet> {
  const { fleetId } = inventory;
  const path = fleetPath(store, fleetId);
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await makeFolder(store.directory);
    await assertClosed(store.directory);
    await removePartial(store, fleetId);
    await makeFolder(partial);
    await chmod(partial, 0o700);
    await writeFiles(partial, inventory);
    await rename(partial, path);
    await syncFolder(store.directory);
  } catch (error) {
    await removeFolder(partial);
    if (!isTaken(error)) throw storeFailure(error, partial);
  }
  return assertThere(store, fleetId);
}

async function writeFiles(folder: string, inventory: Inventory): Promise<void> {
  const { projects, done, fleetId, request, limits, isEstimated, excluded } = inventory;
  const list = textOf(projects);
  const manifest: FleetManifest = {
    version: 1,
    fleetId,
    frozenAt: new Date().toISOString(),
    request,
    limits,
    total: projects.length,
    canaries: projects.filter(({ canary }) => canary === true).length,
    alreadyMigrated: done.length,
    ...(done.length > 0 && { migratedBefore: bySource(done) }),
    rows: projects.reduce((sum, { rows }) => sum + rows, 0),
    ...(excluded.length > 0 && { excluded: [...excluded] }),
    isEstimated,
    sha256: listDigest(list),
  };
  const write = (file: string, text: string): Promise<void> =>
    writeFile(join(folder, file), text, { mode: 0o600, flag: 'wx', flush: true });
  await write(LIST_FILE, list);
  await write(DONE_FILE, textOf(done));
  await write(FLEET_MANIFEST_FILE, `${JSON.stringify(manifest, null, 2)}\n`);
  await syncFolder(folder);
}

function bySource(done: readonly Done[]): MigratedBefore[] {
  const sources = new Map<string, readonly Done[]>();
  for (const one of done) {
    const { connection, database, systemIdentifier, oid } = one.origin.source;
    const key = JSON.stringify([connection, database, systemIdentifier, oid]);
    sources.set(key, [...(sources.get(key) ?? []), one]);
  }
  return [...sources.values()].map((group) => {
    const snapshots = group.map(({ origin }) => origin.snapshotAt).sort();
    const { connection = '', database = '' } = group[0]?.origin.source ?? {};
    const [firstSnapshot = ''] = snapshots;
    const lastSnapshot = snapshots.at(-1) ?? '';
    return { connection, database, projects: group.length, firstSnapshot, lastSnapshot };
  });
}

async function removePartial(store: BackupStore, fleetId: string): Promise<void> {
  const start = `${basename(fleetPath(store, fleetId))}.`;
  const names = await readdir(store.directory);
  const left = names.filter((name) => name.startsWith(start) && name.endsWith('.partial'));
  for (const name of left) await removeFolder(join(store.directory, name));
}
