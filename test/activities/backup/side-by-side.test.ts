import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportDatabase } from '../../../activities/backup/export-database';
import { BackupStore } from '../../../activities/disk/backup/store';
import { Meter } from '../../../activities/runtime/attempt';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import type { Manifest } from '../../../workflows/domain/manifest';
import { createDatabase, execute } from '../../support/harness/databases';
import { WatchedConnections } from '../verify/watched-sessions';

describe('a backup reads', () => {
  let directory: string;
  let store: BackupStore;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'moveout-backup-'));
    store = new BackupStore(directory);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Makes a table with so many rows of a kilobyte, and another one beside it. */
  async function sourceWith(rows: number): Promise<string> {
    const source = await createDatabase('backup');
    await execute(
      source,
      `CREATE SCHEMA auth; CREATE SCHEMA storage;
       CREATE TABLE auth.notes (id int PRIMARY KEY, words text);
       INSERT INTO auth.notes SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, ${String(rows)}) AS n;
       CREATE TABLE storage.notes AS SELECT * FROM auth.notes LIMIT 10`,
    );
    return source;
  }

  /** Backs up all rows, and says how many sessions it had at most at a time. */
  async function backUp(
    source: string,
    sessions: number,
    atTurn: () => Promise<void> = () => Promise.resolve(),
  ): Promise<{ readonly manifest: Manifest; readonly most: number }> {
    const connections = new WatchedConnections({ name: 'moveout backup test' });
    const manifest = await exportDatabase(store, connections, {
      backupId: `backup_a_${String(Date.now())}`,
      ...{ kind: 'target', format: 'copy', sessions, runId: 'a-run' },
      project: { projectRef: 'a', databaseName: 'a' },
      databaseRef: { connection: source, access: 'read' },
      extent: PROJECT_EXTENT,
      meter: new Meter('backupProject'),
      awaitTurn: atTurn,
      assertOurs: () => Promise.resolve(),
      select: (_client, tables) =>
        Promise.resolve(tables.map((facts) => ({ facts, where: 'true' }))),
    });
    return { manifest, most: connections.mostOpen };
  }

  it.each([1, 2, 3])('much on as many sessions as it may have: %d', async (sessions) => {
    const { manifest, most } = await backUp(await sourceWith(9_000), sessions);
    expect(most).toBe(sessions);
    expect(manifest.rowCounts).toEqual({ 'auth.notes': 9_000, 'storage.notes': 10 });
  });

  it('little on one', async () => {
    const { most } = await backUp(await sourceWith(100), 3);
    expect(most).toBe(1);
  });

  it('one snapshot on all of them', async () => {
    const source = await sourceWith(9_000);
    let turns = 0;
    const { manifest } = await backUp(source, 2, async () => {
      turns += 1;
      // The first is before the snapshot, the second before the first table.
      if (turns === 2)
        await execute(source, 'DELETE FROM storage.notes; DELETE FROM auth.notes WHERE id > 5');
    });
    expect(turns).toBeGreaterThan(2);
    expect(manifest.rowCounts).toEqual({ 'auth.notes': 9_000, 'storage.notes': 10 });
  });
});
