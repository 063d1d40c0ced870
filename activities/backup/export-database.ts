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
import { readTables, type TableFacts } from '../postgres/catalog/tables';
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
import { exportTable, type Saving, type Selected } from './export-table';
import { withSnapshotPair, type SnapshotPair } from '../postgres/session/transaction';
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
  readonly meter: Meter;
  readonly runId: string;
  /** Throws if this attempt has been replaced: what it wrote is no backup then. */
  readonly assertOurs: () => Promise<void>;
  /** Chooses the rows: a predicate for each table that is saved, in load order. */
  readonly select: (
    pair: SnapshotPair,
    tables: readonly TableFacts[],
  ) => Promise<readonly Selected[]>;
}

/** Writes a backup whole or not at all: one snapshot over all tables, the manifest last. */
export async function exportDatabase(
  store: BackupStore,
  connections: Connections,
  order: Order,
): Promise<Manifest> {
  const draft = await store.begin(order.backupId, order.runId);
  try {
    const manifest = await withSnapshotPair(connections, order.databaseRef, (pair) =>
      write({ store, draft, order, connections, pair }),
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
  readonly pair: SnapshotPair;
}

async function write(exporting: DatabaseExport): Promise<Manifest> {
  const { store, draft, order, connections, pair } = exporting;
  const timestamp = new Date().toISOString();
  const source = await readIdentity(pair.copying, order.databaseRef.connection);
  const database = await readDatabaseFacts(pair.copying);
  const { databaseRef, extent } = order;
  const schema = await cachedSchema({ client: pair.copying, connections, databaseRef }, extent);
  const tables = await readTables(pair.copying, order.extent);
  const selected = await order.select(pair, tables);
  const seed = randomBytes(8).readBigInt64BE(0).toString();
  const { kind, format, meter, project, backupId } = order;
  const { normalizeNullTokens } = order.rules?.scopes ?? NO_SCOPES;
  const wide = await readWideTables(pair.copying, selected);
  const saving: Saving = { pair, draft, kind, format, seed, meter, normalizeNullTokens, wide };
  const contents: Content[] = [];
  for (const table of selected) contents.push(await exportTable(saving, table));
  const sequences = [...(await readSequences(pair.copying, order.extent))];
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
    snapshotLsn: pair.lsn,
    ...(order.rules !== undefined && { tenancy: order.rules.tenancy }),
    scopes: order.rules?.scopes ?? NO_SCOPES,
    extent: {
      schemas: [...order.extent.schemas],
      tables: [...order.extent.tables],
      withoutColumns: [...order.extent.withoutColumns],
      ...(order.extent.carried && { carried: [...order.extent.carried] }),
      ...(order.extent.withoutTables && { withoutTables: [...order.extent.withoutTables] }),
    },
    seed,
    contents,
    sequences,
    schema: await writeSchema(draft, schema, {
      'moveout schema of': backupId,
      ...headed(database),
    }),
    database: { ...database, service: await readServiceFacts(pair.copying, schema.roles) },
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
