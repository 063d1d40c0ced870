import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { z } from 'zod';
import { untilNoOlderTransaction } from '../../support/harness/no-older-transaction';
import { Meter } from '../../../activities/runtime/attempt';
import { BackupStore } from '../../../activities/disk/backup/store';
import { Connections } from '../../../activities/postgres/session/connections';
import { fingerprint } from '../../../activities/postgres/rows/fingerprint';
import { selectList } from '../../../activities/postgres/rows/projection';
import { transaction } from '../../../activities/postgres/session/transaction';
import { readProjectScope } from '../../../activities/postgres/scope/project-scope';
import { exportDatabase } from '../../../activities/backup/export-database';
import {
  fingerprintSource,
  type SourceTable,
  type SourceTables,
} from '../../../activities/verify/source';
import { gatherEvidence, type WithSource } from '../../../activities/verify/evidence';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import type { Job } from '../../../workflows/domain/job';
import type { Rules } from '../../../workflows/domain/project-rules';
import type { Manifest } from '../../../workflows/domain/manifest';
import type { Evidence, TableEvidence } from '../../../workflows/domain/report';
import { createDatabase, dropDatabases, execute, urlOf } from '../../support/harness/databases';

/** Objects that a second database has and the first has not, so that the OIDs of types differ. */
const OTHER_OIDS = `CREATE TYPE public.before_all AS ENUM ('x'); CREATE TABLE public.takes_oids (id int);`;

const SCHEMAS = 'CREATE SCHEMA IF NOT EXISTS auth; CREATE SCHEMA IF NOT EXISTS storage;';

const anyConnections = new Connections((database) => urlOf(database), { name: 'verify test' });

/** What `saveDatabase` needs to be told beside the tables. */
export interface Saving {
  readonly format: 'json' | 'copy';
  readonly kind?: 'project' | 'target';
  /** What says which rows are in scope; left out, all are. */
  readonly rules?: Rules;
}

/** What a verification has besides the usual. */
export interface Special {
  readonly connections?: Connections;
  readonly ownRun?: string;
  readonly targetBefore?: Job['targetBefore'];
}

/** A small source of a test's own and its backup; databases are verified against that. */
export interface Scratch {
  readonly source: string;
  readonly manifest: Manifest;
  readonly folder: string;
  /** A new database with the same tables and rows, made by the same statements, then changed. */
  readonly target: (change?: string) => Promise<string>;
  readonly verify: (database: string, manifest?: Manifest, special?: Special) => Promise<Evidence>;
  /** The same, with the rows in scope of the source read again, by these connections. */
  readonly verifyBoth: (database: string, connections?: Connections) => Promise<Evidence>;
}

/** Makes a source by SQL statements over the schemas `auth` and `storage`, and backs it up. */
export async function openScratch(ddl: string, saving: Saving): Promise<Scratch> {
  const source = await createDatabase('scratch');
  await execute(source, SCHEMAS + ddl);
  if (saving.rules !== undefined) await untilNoOlderTransaction(source);
  const directory = await mkdtemp(join(tmpdir(), 'moveout-verify-'));
  folders.push(directory);
  const store = new BackupStore(directory);
  const manifest = await save(store, source, saving);
  const verify = (
    database: string,
    withSource: WithSource,
    other = manifest,
    { connections = anyConnections, ownRun, targetBefore = { kind: 'absent' } }: Special = {},
  ): Promise<Evidence> => {
    const meter = new Meter('verifyProject');
    const job = { ...jobOf(manifest.backupId, database), targetBefore };
    const verification = {
      ...{ connections, meter, store, job, manifest: other, sessions: 2, ownRun },
    };
    return gatherEvidence(verification, withSource);
  };
  return {
    source,
    manifest,
    folder: store.pathOf(manifest.backupId),
    target: async (change = '') => {
      const database = await createDatabase('scratch');
      await execute(database, OTHER_OIDS + SCHEMAS + ddl);
      if (change !== '') await execute(database, change);
      return database;
    },
    verify: (database, other, special) => verify(database, noSource, other, special),
    verifyBoth: (database, connections = anyConnections) =>
      verify(database, sourceOf({ source, manifest, connections, rules: saving.rules })),
  };
}

const noSource: WithSource = (use) =>
  use({ client: undefined, read: () => Promise.resolve(new Map()) });

const folders: string[] = [];

/** Takes away all that `openScratch` made. */
export async function closeScratch(): Promise<void> {
  await dropDatabases();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** The evidence of one table. */
export function tableOf(evidence: Evidence, table: string): TableEvidence | undefined {
  return evidence.tables.find((candidate) => candidate.table === table);
}

const keyLine = z.strictObject({ kind: z.string(), key: z.record(z.string(), z.string()) });

/** What a file of keys says, in its order. */
export async function keysIn(file: string | undefined): Promise<z.infer<typeof keyLine>[]> {
  return z.array(keyLine).parse(JSON.parse(await readFile(file ?? '', 'utf8')));
}

async function save(
  store: BackupStore,
  source: string,
  { format, kind = 'project', rules }: Saving,
): Promise<Manifest> {
  return exportDatabase(store, anyConnections, {
    backupId: `backup_scratch_${String(Date.now())}`,
    kind,
    format,
    project: { projectRef: 'scratch', databaseName: 'scratch' },
    runId: 'a-run',
    assertOurs: () => Promise.resolve(),
    databaseRef: { connection: source, access: 'read' },
    extent: PROJECT_EXTENT,
    sessions: 2,
    meter: new Meter('backupProject'),
    rules,
    select: async (client, tables) =>
      rules === undefined
        ? tables.map((facts) => ({ facts, where: 'true' }))
        : (await readProjectScope(client, tables, { ...rules, projectRef: 'scratch' })).tables,
  });
}

function jobOf(backupId: string, database: string): Job {
  const target = {
    connection: database,
    database,
    systemIdentifier: '0',
    oid: 0,
    serverVersion: 0,
  };
  return {
    project: { projectRef: 'scratch', databaseName: database },
    backupId,
    target,
    targetBefore: { kind: 'absent' },
    sources: [],
    extent: PROJECT_EXTENT,
    onDrift: 'report',
  };
}

interface ScratchSource {
  readonly source: string;
  readonly manifest: Manifest;
  readonly connections: Connections;
  readonly rules: Rules | undefined;
}

function sourceOf({ source, manifest, connections, rules }: ScratchSource): WithSource {
  const read = (client: Client): Promise<SourceTables> =>
    rules === undefined
      ? wholeTables(client, manifest)
      : fingerprintSource(client, manifest, { ...rules, projectRef: 'scratch' });
  return (use) =>
    connections.with({ connection: source, access: 'read' }, (client) =>
      transaction(client, 'read-snapshot', () => use({ client, read: () => read(client) })),
    );
}

async function wholeTables(client: Client, manifest: Manifest): Promise<SourceTables> {
  const found = new Map<string, SourceTable>();
  for (const { table, columns } of manifest.contents) {
    const selection = { table, expressions: selectList(columns), where: 'true' };
    const print = await fingerprint(client, selection, manifest.seed);
    found.set(table, { where: 'true', print });
  }
  return found;
}
