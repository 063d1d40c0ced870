import { activityEnvironment } from '../fleet/fleet-bench';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEndings } from '../../../activities/disk/fleet/outcomes';
import { readFrozen } from '../../../activities/disk/fleet/inventory';
import { writeFrozen, type Inventory } from '../../../activities/disk/fleet/write-inventory';
import { BackupStore } from '../../../activities/disk/backup/store';
import { readFleetPage } from '../../../activities/read-fleet-page';
import { recordEndings } from '../../../activities/record-outcomes';
import type { FleetEntry, FleetProject } from '../../../workflows/domain/fleet';

const FLEET = 'fleet_1700000000000_0a1b2c3d';
const OTHER = 'fleet_1700000000001_0a1b2c3d';

const project = (i: number): FleetProject => ({
  ref: `project-${i}`,
  database: `db_${i}`,
  source: 'shared',
  target: 'projects',
  rows: i,
  ...(i === 0 && { canary: true, owner: 'user-0', reason: 'restored: it broke' }),
});
const ended = (i: number, outcome: FleetEntry['outcome']): FleetEntry => ({
  projectRef: `project-${i}`,
  databaseName: `db_${i}`,
  outcome,
  problems: [{ code: 'DataRejected', message: 'it\nbroke' }],
});

const ORIGIN = {
  source: {
    ...{ connection: 'shared', database: 'studio', systemIdentifier: '1', oid: 5 },
    serverVersion: 150018,
  },
  snapshotAt: '2026-11-22T10:00:00.000Z',
};

describe('the folder of a fleet', () => {
  let store: BackupStore;
  beforeEach(async () => {
    store = new BackupStore(await mkdtemp(join(tmpdir(), 'moveout-fleet-')));
  });
  afterEach(() => rm(store.directory, { recursive: true }));

  const inventory = (count: number, fleetId = FLEET): Inventory => ({
    fleetId,
    request: { canary: 1 },
    limits: { concurrency: 3 },
    projects: Array.from({ length: count }, (_, i) => project(i)),
    done: [{ ...project(99), origin: ORIGIN }],
    isEstimated: false,
    excluded: [],
  });
  const page = (sha256: string, offset: number, count: number): Promise<readonly FleetProject[]> =>
    activityEnvironment().run(readFleetPage, { store }, { fleetId: FLEET, sha256, offset, count });

  it('is closed to others, and says what it holds', async () => {
    const frozen = await writeFrozen(store, inventory(5));
    expect(frozen).toMatchObject({ fleetId: FLEET, total: 5, canaries: 1, rows: 10 });
    expect(frozen).toMatchObject({ alreadyMigrated: 1, limits: { concurrency: 3 } });
    expect((await stat(frozen.path)).mode & 0o777).toBe(0o700);
    const names = (await readdir(frozen.path)).sort();
    expect(names).toEqual(['done.jsonl', 'manifest.json', 'projects.jsonl']);
    for (const name of names)
      expect((await stat(join(frozen.path, name))).mode & 0o777).toBe(0o600);
    const manifest: unknown = JSON.parse(
      await readFile(join(frozen.path, 'manifest.json'), 'utf8'),
    );
    expect(manifest).toMatchObject({ version: 1, request: { canary: 1 }, sha256: frozen.sha256 });
  });

  it('gives its list back page by page, and nothing past the end', async () => {
    const { sha256 } = await writeFrozen(store, inventory(5));
    expect(await page(sha256, 0, 2)).toEqual([project(0), project(1)]);
    expect(await page(sha256, 4, 2)).toEqual([project(4)]);
    expect(await page(sha256, 5, 2)).toEqual([]);
  });

  it('refuses a page of another list', async () => {
    const { sha256, path } = await writeFrozen(store, inventory(5));
    const list = join(path, 'projects.jsonl');
    await writeFile(list, (await readFile(list, 'utf8')).replace('db_4', 'db_5'));
    await expect(page(sha256, 0, 1)).rejects.toMatchObject({ type: 'BackupDamaged' });
  });

  it('refuses a folder that others may enter, and one that is not there', async () => {
    const { sha256, path } = await writeFrozen(store, inventory(1));
    await chmod(path, 0o755);
    await expect(page(sha256, 0, 1)).rejects.toMatchObject({ type: 'BackupUnavailable' });
    await rm(path, { recursive: true });
    await expect(page(sha256, 0, 1)).rejects.toMatchObject({ type: 'NotFound' });
    await expect(readFrozen(store, '../etc')).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('is not called damaged if a newer version froze it', async () => {
    const { path } = await writeFrozen(store, inventory(1));
    const file = join(path, 'manifest.json');
    const text = await readFile(file, 'utf8');
    const newer = text.replace('"version": 1', '"version": 2, "wave": 3');
    await writeFile(file, newer);
    const reading = expect(readFrozen(store, FLEET)).rejects;
    await reading.toMatchObject({ type: 'NewerVersion', nonRetryable: true });
    const writing = expect(writeFrozen(store, inventory(1))).rejects;
    await writing.toThrow(
      /manifest.json has format version 2, and this moveout reads none after 1/,
    );
    expect(await readFile(file, 'utf8')).toBe(newer);
  });

  it('stays as it came to be first', async () => {
    const first = await writeFrozen(store, inventory(5));
    const second = await writeFrozen(store, inventory(2));
    expect(second).toEqual(first);
    expect(await readdir(store.directory)).toEqual([FLEET]);
  });

  it('removes what a killed attempt left beside it, and nothing of another fleet', async () => {
    const left = join(store.directory, `${FLEET}.killed.partial`);
    const foreign = join(store.directory, `${OTHER}.running.partial`);
    for (const folder of [left, foreign]) {
      await mkdir(folder, { mode: 0o700 });
      await writeFile(join(folder, 'projects.jsonl'), '{"ref":"pro');
    }
    expect(await readFrozen(store, FLEET)).toBeUndefined();
    await writeFrozen(store, inventory(1));
    expect((await readdir(store.directory)).sort()).toEqual([FLEET, `${OTHER}.running.partial`]);
  });

  it('keeps each part of its record once, and the last entry of each project', async () => {
    const { path } = await writeFrozen(store, inventory(5));
    const record = (part: number, entries: readonly FleetEntry[]): Promise<void> =>
      activityEnvironment().run(recordEndings, { store }, { fleetId: FLEET, part, entries });
    await record(10, [ended(1, 'migrated')]);
    await record(2, [ended(1, 'restored'), ended(2, 'parked')]);
    await record(2, [ended(1, 'restored'), ended(2, 'parked')]);
    const entries = await readEndings(store, FLEET);
    expect([...entries.values()].map(({ outcome }) => outcome)).toEqual(['migrated', 'parked']);
    expect(entries.get('project-2')).toEqual(ended(2, 'parked'));
    const files = (await readdir(path)).filter((name) => name.startsWith('ended'));
    expect(files.sort()).toEqual(['ended-10.jsonl', 'ended-2.jsonl']);
    expect((await stat(join(path, 'ended-2.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('says which line of its record is damaged', async () => {
    const { path } = await writeFrozen(store, inventory(1));
    await activityEnvironment().run(
      recordEndings,
      { store },
      { fleetId: FLEET, part: 1, entries: [ended(1, 'failed')] },
    );
    await writeFile(join(path, 'ended-1.jsonl'), '{"projectRef":1}\n', { flag: 'a' });
    await expect(readEndings(store, FLEET)).rejects.toThrow(/ended-1\.jsonl: line 2/);
  });
});
