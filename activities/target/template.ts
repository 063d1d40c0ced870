import { failure } from '../runtime/failure';
import { findDatabase } from '../postgres/catalog/databases';
import type { Connections } from '../postgres/session/connections';
import type { DatabaseRef } from '../postgres/session/database-ref';
import type { Client } from '../postgres/session/database-client';
import { createMarkerTable, stagingName } from '../postgres/lease';
import {
  maintenanceRef,
  closeTemplate,
  dropTemplate,
  hasTemplate,
  noteProof,
  templateName,
  type Holding,
} from '../postgres/database';
import { runInTurn } from '../postgres/session/batch';
import { createDatabaseSql, cachedDifferences } from '../postgres/schema';
import { transaction } from '../postgres/session/transaction';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';

/** A template that is wanted, and what it is proved by. */
export interface WantedTemplate extends Holding {
  readonly extent: Extent;
  /** The source's schema, as a snapshot of it. */
  readonly snapshot: string;
  /** The server that it is made on; only its connection and version count. */
  readonly server: DatabaseIdentity;
  readonly sources: readonly DatabaseIdentity[];
}

/**
 * Makes the template unless it is there, and proves it equal to the source's schema. Until then it has a
 * name of its own, under which whoever comes next takes it away. The caller is alone with the template's
 * name.
 */
export async function makeTemplate(
  connections: Connections,
  wanted: WantedTemplate,
): Promise<{ readonly name: string; readonly made: boolean }> {
  const name = templateName(wanted);
  const staging = stagingName(name);
  return connections.with(maintenanceRef(wanted.server, wanted.sources), async (client) => {
    if (await hasTemplate(client, name)) return { name, made: false };
    await dropUnproved(client, [staging, name]);
    await client.query(createDatabaseSql(staging, wanted.facts, wanted.server.serverVersion));
    await fill(connections, wanted, staging);
    await closeTemplate(client, staging, name);
    await noteProof(client, name);
    return { name, made: true };
  });
}

async function dropUnproved(client: Client, names: readonly string[]): Promise<void> {
  for (const name of names)
    if ((await findDatabase(client, name)) !== undefined) await dropTemplate(client, name);
}

/** Builds the schema with the empty table of the marker, and proves it; throws if it is another. */
async function fill(
  connections: Connections,
  { preData, postData, extent, snapshot, server }: WantedTemplate,
  database: string,
): Promise<void> {
  const databaseRef: DatabaseRef = { connection: server.connection, database, access: 'write' };
  await connections.with(databaseRef, (client) =>
    transaction(client, 'write', async () => {
      await runInTurn(client, [...preData, ...postData]);
      await createMarkerTable(client);
      await client.query('ANALYZE');
    }),
  );
  const reading: DatabaseRef = { ...databaseRef, access: 'read' };
  await connections.with(reading, (client) =>
    transaction(client, 'read-snapshot', async () => {
      const looking = { client, connections, databaseRef: reading };
      const [difference] = await cachedDifferences(looking, extent, { snapshot });
      if (difference !== undefined)
        throw failure('SchemaDiffers', `the template is not as the source: ${difference}`);
    }),
  );
}
