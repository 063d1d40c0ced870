import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import type { SchemaScript } from '../../../../activities/postgres/schema';
import { readSchema } from '../../../../activities/postgres/schema';
import { PROJECT_EXTENT, type Extent } from '../../../../workflows/domain/extent';
import { withPool } from '../../../support/harness/with-pool';

/** Roles that the DDL of these tests mentions; roles are cluster-wide, so they are made once and stay. */
const ROLES = [
  'anon',
  'authenticated',
  'service_role',
  'dashboard_user',
  'supabase_auth_admin',
  'supabase_storage_admin',
];

/** Databases of one test file, each with a name of its own; `dropAll` takes them away again. */
export class Databases {
  readonly #names: string[] = [];

  /** Creates a database, from a template if one is named, and runs the given SQL in it. */
  async create(sql = '', template = 'template0'): Promise<string> {
    const name = `schema_test_${randomBytes(6).toString('hex')}`;
    await run('postgres', `CREATE DATABASE ${name} TEMPLATE ${template}`);
    this.#names.push(name);
    if (sql !== '') await run(name, sql);
    return name;
  }

  /** Has a database dropped at the end that the test created by itself. */
  adopt(name: string): void {
    this.#names.push(name);
  }

  async dropAll(): Promise<void> {
    for (const name of this.#names) await run('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** Makes sure of the roles; safe beside other test files doing the same. */
export async function createRoles(): Promise<void> {
  for (const role of ROLES) {
    await run(
      'postgres',
      `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
  }
}

/** The text of one of the DDL files beside this one. */
export function ddl(
  file: 'small-studio.sql' | 'neighbours.sql' | 'oddities.sql' | 'tables.sql' | 'texts.sql',
): string {
  return readFileSync(join(__dirname, file), 'utf8');
}

/** Runs SQL text in the database, as the superuser of the test server. */
export async function run(database: string, sql: string): Promise<void> {
  await withClient(database, (client) => client.query(sql));
}

/** A session in the database, ended afterwards. */
export async function withClient<T>(
  database: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** What moveout reads of the database, in sessions that may only read; by default of its two schemas. */
export async function read(
  database: string,
  { user, extent = PROJECT_EXTENT }: { readonly user?: string; readonly extent?: Extent } = {},
): Promise<SchemaScript> {
  return withPool(urlOf(database, user), (pool) => readSchema(pool, extent));
}

/** All that a script holds, to be compared. */
export function contentOf(script: SchemaScript): object {
  return { ...script, problemsUnder: script.problemsUnder({}) };
}

/** Executes both halves of a script, each in a transaction, as a restore does. */
export async function apply(database: string, script: SchemaScript['statements']): Promise<void> {
  await withClient(database, async (client) => {
    for (const half of [script.preData, script.postData]) {
      await client.query('BEGIN');
      for (const statement of half) await client.query(statement);
      await client.query('COMMIT');
    }
  });
}

/** The URL of a database of the test server. */
export function urlOf(database: string, user?: string): string {
  const url = new URL(process.env['MOVEOUT_TEST_POSTGRES_URL'] ?? '');
  url.pathname = `/${database}`;
  if (user !== undefined) {
    url.username = user;
    url.password = user;
  }
  return url.href;
}
