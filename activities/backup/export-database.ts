import { randomBytes } from 'node:crypto';
import { MANIFEST_VERSION, type Content, type Manifest } from '../../workflows/domain/manifest';
import type { Extent } from '../../workflows/domain/extent';
import { NO_SCOPES } from '../../workflows/domain/scopes';
import type { ProjectIdentity } from '../../workflows/domain/request';
import type { Rules } from '../../workflows/domain/project-rules';
import type { Meter } from '../runtime/attempt';
import type { BackupDraft } from '../disk/backup/draft';
import type { BackupStore } from '../disk/backup/store';
import { readIdentity } from '../postgres/catalog/databases';
import { readWideTables } from '../postgres/checks/wide-rows';
import { readSequences } from '../postgres/catalog/sequences';
import { readSizes, readTables, type TableFacts } from '../postgres/catalog/tables';
import type { Connections } from '../postgres/session/connections';
import type { DatabaseRef } from '../postgres/session/database-ref';
import {
  readDatabaseFacts,
  readServiceFacts,
  cachedSchema,
  renderSchemaSql,
  renderStatements,
  type DatabaseFacts,
  type SchemaScript,
} from '../postgres/schema';
import { tableExport, type Saving, type Selected } from './export-table';
import type { Client } from '../postgres/session/database-client';
import { sideBySide } from '../postgres/session/side-by-side';
import { withJoinedSessions, withSnapshot, type Snapshot } from '../postgres/session/transaction';
import { counted } from '../../workflows/domain/counted';
import type { BackupResult } from '../../workflows/domain/job';

/** What is to be saved, from where, and as what. */
export interface Order {
  readonly backupId: string;
  readonly kind: 'project' | 'target';
  readonly format: 'json' | 'copy';
  readonly project: ProjectIdentity;
  readonly databaseRef: DatabaseRef;
  readonly extent: Extent;
  /** What says which rows are chosen; of a target all are. */
  readonly rules?: Pick<Rules, 'tenancy' | 'scopes'> | undefined;
  /** How many sessions read rows. */
  readonly sessions: number;
  readonly meter: Meter;
  readonly runId: string;
  /** Waits until rows may be read; left out, they always may. */
  readonly awaitTurn?: (() => Promise<void>) | undefined;
  /** Throws if this attempt has been replaced: what it wrote is no backup then. */
  readonly assertOurs: () => Promise<void>;
  /** Chooses the rows: a predicate for each table that is saved, in load order. */
  readonly select: (client: Client, tables: readonly TableFacts[]) => Promise<readonly Selected[]>;
}

/** Writes a backup whole or not at all: one snapshot over all tables, the manifest last. */
export async function exportDatabase(
  store: BackupStore,
  connections: Connections,
  order: Order,
): Promise<Manifest> {
  // Before the snapshot, which holds back vacuum for as long as it stands.
  await order.awaitTurn?.();
  const draft = await store.begin(order.backupId, order.runId);
  try {
    const manifest = await withSnapshot(connections, order.databaseRef, (snapshot) =>
      write({ store, draft, order, connections, snapshot }),
    );
    await order.assertOurs();
    if (await draft.commit(manifest)) return manifest;
    await draft.discard();
    return await store.manifest(order.backupId);
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

interface DatabaseExport {
  readonly store: BackupStore;
  readonly draft: BackupDraft;
  readonly order: Order;
  readonly connections: Connections;
  readonly snapshot: Snapshot;
}

async function write(exporting: DatabaseExport): Promise<Manifest> {
  const { store, draft, order, connections, snapshot } = exporting;
  const { client } = snapshot;
  const timestamp = new Date().toISOString();
  const source = await readIdentity(client, order.databaseRef.connection);
  const database = await readDatabaseFacts(client);
  const { databaseRef, extent } = order;
  const schema = await cachedSchema({ client, connections, databaseRef }, extent);
  const tables = await readTables(client, order.extent);
  const selected = await order.select(client, tables);
  const seed = randomBytes(8).readBigInt64BE(0).toString();
  const { kind, format, meter, project, backupId, awaitTurn } = order;
  const { normalizeNullTokens } = order.rules?.scopes ?? NO_SCOPES;
  const wide = await readWideTables(client, selected);
  const saving: Saving = { draft, kind, format, seed, meter, normalizeNullTokens, wide, awaitTurn };
  // Not before: to read a schema that is not known yet takes sessions of its own.
  const contents = await exportTables(exporting, saving, selected);
  const sequences = [...(await readSequences(client, order.extent))];
  return {
    backupId,
    projectRef: project.projectRef,
    databaseName: project.databaseName,
    ...(project.ownerUserId !== undefined && { ownerUserId: project.ownerUserId }),
    timestamp,
    backupPath: store.pathOf(backupId),
    tables: contents.map((content) => content.table),
    rowCounts: Object.fromEntries(contents.map((content) => [content.table, content.rows])),
    version: MANIFEST_VERSION,
    kind,
    format,
    source,
    snapshotLsn: snapshot.lsn,
    rowVersions: snapshot.rowVersions,
    ...(order.rules !== undefined && { tenancy: order.rules.tenancy }),
    scopes: order.rules?.scopes ?? NO_SCOPES,
    extent: recorded(order.extent),
    seed,
    contents,
    sequences,
    schema: await writeSchema(draft, schema, {
      'moveout schema of': backupId,
      ...headed(database),
    }),
    database: { ...database, service: await readServiceFacts(client, schema.roles) },
  };
}

/** Tables with no more bytes than these together are read by one session: to open another takes longer. */
const FEW_BYTES = 8 * 1_048_576;

/**
 * Writes the tables and fingerprints them, on several sessions of the snapshot if there is much to read. The largest
 * come first, so that no session is left with one at the end.
 */
async function exportTables(
  { order, connections, snapshot: { client } }: DatabaseExport,
  saving: Saving,
  selected: readonly Selected[],
): Promise<Content[]> {
  const { databaseRef } = order;
  const sizes = await readSizes(client, order.extent);
  const bytesOf = ({ facts }: Selected): number => sizes.get(facts.table)?.bytes ?? 0;
  const bytes = selected.reduce((sum, table) => sum + bytesOf(table), 0);
  const exports = new Map(selected.map((table) => [table, tableExport(saving, table)]));
  const largestFirst = [...exports].sort(([a], [b]) => bytesOf(b) - bytesOf(a));
  const parts = largestFirst.flatMap(([, { write, describe }]) => [write, describe]);
  const count = bytes > FEW_BYTES ? order.sessions : 1;
  await withJoinedSessions(connections, { databaseRef, owner: client, count }, (sessions) =>
    sideBySide(sessions, parts, async (session, part) => {
      await saving.awaitTurn?.();
      return part(session);
    }),
  );
  return [...exports.values()].map(({ content }) => content());
}

function recorded(extent: Extent): Manifest['extent'] {
  const { schemas, tables, withoutColumns, carried, withoutTables } = extent;
  return {
    ...{ schemas: [...schemas], tables: [...tables], withoutColumns: [...withoutColumns] },
    ...(carried && { carried: [...carried] }),
    ...(withoutTables && { withoutTables: [...withoutTables] }),
  };
}

/** What an operator needs to know of the database that the schema is of. */
function headed({ encoding, collate, ctype, localeProvider }: DatabaseFacts) {
  return { encoding, collate, ctype, provider: localeProvider };
}

async function writeSchema(
  draft: BackupDraft,
  schema: SchemaScript,
  header: Readonly<Record<string, string>>,
): Promise<Manifest['schema']> {
  const script = await draft.writeText('schema.sql', renderSchemaSql(schema.statements, header));
  const statements = await draft.writeText('statements.json', renderStatements(schema.statements));
  const snapshot = await draft.writeText('schema.json', schema.snapshot);
  const { digest, roles, extensions } = schema;
  return {
    ...script,
    digest,
    statements,
    snapshot,
    roles: [...roles],
    extensions: [...extensions],
  };
}

/** What a finished backup says of itself to the workflow. */
export function backupResult(manifest: Manifest): BackupResult {
  const tables = manifest.contents.map(({ table, rows, bytes }) => ({ table, rows, bytes }));
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    backupId: manifest.backupId,
    backupPath: manifest.backupPath,
    tables,
    digests: Object.fromEntries(manifest.contents.map(({ table, digest }) => [table, digest])),
    note: `${counted(rows, 'row')}, ${String(bytes)} bytes in ${counted(tables.length, 'table')} as ${manifest.format}`,
  };
}
