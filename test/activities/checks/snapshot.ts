import type { Client } from 'pg';
import { readTables } from '../../../activities/postgres/catalog/tables';
import { Connections } from '../../../activities/postgres/session/connections';
import {
  readProjectScope,
  type ProjectScope,
} from '../../../activities/postgres/scope/project-scope';
import { survey, type Inquiry } from '../../../activities/postgres/checks/survey';
import { transaction } from '../../../activities/postgres/session/transaction';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { NO_SCOPES } from '../../../workflows/domain/scopes';
import { urlOf } from '../../support/harness/databases';

const TENANCY = {
  users: { by: 'app-metadata', key: 'project_ref' },
  buckets: { by: 'id-prefix', separator: '-' },
} as const;

/** Sessions as activities have them, to one database as the server's superuser or as another role. */
export function connectionsTo(database: string, role?: string): Connections {
  return new Connections(() => urlOf(database, role), { name: 'moveout test checks' });
}

/** Runs `use` in a read-only session, in a transaction on one snapshot, as the plan does. */
export async function inSnapshot<T>(
  database: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  return connectionsTo(database).with({ connection: 'shared', access: 'read' }, (client) =>
    transaction(client, 'read-snapshot', () => use(client)),
  );
}

/** The same with the scope of one project. */
export async function inScope<T>(
  { database, projectRef }: { readonly database: string; readonly projectRef: string },
  use: (client: Client, scope: ProjectScope) => Promise<T>,
): Promise<T> {
  return inSnapshot(database, async (client) => {
    const tables = await readTables(client, PROJECT_EXTENT);
    const wanted = { tenancy: TENANCY, scopes: NO_SCOPES, configuredRefs: undefined };
    return use(client, await readProjectScope(client, tables, { ...wanted, projectRef }));
  });
}

/** What one check finds if nothing else is asked in the survey. */
export async function surveyed<T>(
  { client, scope }: { readonly client: Client; readonly scope: ProjectScope },
  { questions, conclude }: Inquiry<T>,
): Promise<Awaited<T>> {
  return await conclude(await survey([client], scope.tables, questions), client);
}
