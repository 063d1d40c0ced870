import { Client } from 'pg';
import { type StudioOptions, type StudioSizes, studioSizes } from './options';
import { fillScripts, roleScripts, schemaScripts, variantScripts } from './sql-files';

/** One project of the studio, as `public.projects` lists it. */
export interface StudioProject {
  readonly ref: string;
  readonly database: string;
  readonly owner: string;
  readonly instanceId: string;
}

/** What was made. */
export interface StudioSummary {
  /** In the order in which they were made; the first two refs begin alike. */
  readonly projects: readonly StudioProject[];
  /** `schema.table` → rows, for every table of auth and storage and the two of public. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Makes a shared, Supabase-style database in the database that the URL names: the service roles
 * that the server lacks, the schemas `auth` and `storage`, and projects with rows in every table.
 * All but the roles is one transaction: it is there as a whole or not at all. Needs a superuser
 * and no extension, on PostgreSQL 14 to 18 (15 to 18 for the variant `newer`).
 *
 * @throws Error with one line, free of secrets, when a size is out of range, the server cannot be
 * reached, the role is no superuser, or the database holds a schema `auth` or `storage` already.
 */
export async function createStudio(
  connectionString: string,
  options: StudioOptions,
): Promise<StudioSummary> {
  const sizes = studioSizes(options);
  const client = new Client({
    connectionString,
    application_name: 'moveout studio',
    options: '-c statement_timeout=0 -c TimeZone=UTC -c client_min_messages=warning',
  });
  // A connection that breaks fails the query under way as well; that error is the one to report.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await refuseUnfit(client, sizes);
    await runAll(client, roleScripts());
    await client.query('BEGIN');
    await build(client, sizes);
    await client.query('COMMIT');
    await client.query('ANALYZE');
    return { projects: await listProjects(client), rows: await countRows(client) };
  } finally {
    await client.end();
  }
}

interface StudioServer {
  readonly database: string;
  readonly encoding: string;
  readonly version: number;
  readonly superuser: boolean;
}

async function refuseUnfit(client: Client, { variant }: StudioSizes): Promise<void> {
  const { rows } = await client.query<StudioServer>(
    `SELECT current_database() AS database, current_setting('server_encoding') AS encoding,
       current_setting('server_version_num')::integer AS version, rolsuper AS superuser
     FROM pg_roles WHERE rolname = current_user`,
  );
  const [server] = rows;
  if (!server?.superuser) throw new Error('the studio needs a superuser to connect as');
  if (server.encoding !== 'UTF8') {
    throw new Error(`database "${server.database}" is ${server.encoding}; the studio needs UTF8`);
  }
  if (variant === 'newer' && server.version < 150_000) {
    throw new Error('the variant "newer" needs PostgreSQL 15 or newer (NULLS NOT DISTINCT)');
  }
  await refuseTaken(client, server.database);
}

async function refuseTaken(client: Client, database: string): Promise<void> {
  const taken = await client.query<{ name: string }>(
    `SELECT name FROM (
       SELECT 'schema ' || nspname AS name FROM pg_namespace WHERE nspname IN ('auth', 'storage')
       UNION ALL
       SELECT 'table ' || wanted FROM unnest(ARRAY['public.projects', 'public.profiles']) AS wanted
       WHERE to_regclass(wanted) IS NOT NULL
     ) AS present ORDER BY name`,
  );
  if (taken.rows.length === 0) return;
  const names = taken.rows.map(({ name }) => name).join(', ');
  throw new Error(`database "${database}" already holds ${names}: name an empty database`);
}

async function build(client: Client, sizes: StudioSizes): Promise<void> {
  await runAll(client, schemaScripts());
  const settings = {
    seed: sizes.seed,
    projects: sizes.projects,
    users: sizes.users,
    sessions: sizes.sessions,
    refresh_tokens: sizes.refreshTokens,
    buckets: sizes.buckets,
    objects: sizes.objects,
  };
  for (const [name, value] of Object.entries(settings)) {
    await client.query('SELECT set_config($1, $2, true)', [`studio.${name}`, String(value)]);
  }
  await runAll(client, fillScripts());
  await runAll(client, variantScripts(sizes.variant));
}

async function runAll(client: Client, scripts: readonly string[]): Promise<void> {
  for (const script of scripts) await client.query(script);
}

async function listProjects(client: Client): Promise<readonly StudioProject[]> {
  const { rows } = await client.query<StudioProject>(
    `SELECT ref, database, owner, instance_id AS "instanceId"
     FROM public.projects ORDER BY substr(owner, 6)::integer`,
  );
  return rows;
}

async function countRows(client: Client): Promise<Readonly<Record<string, number>>> {
  const tables = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname IN ('auth', 'storage')
       OR (schemaname, tablename) IN (('public', 'projects'), ('public', 'profiles'))
     ORDER BY 1`,
  );
  const counted = await client.query<{ name: string; rows: number }>(
    tables.rows
      .map(({ name }) => `SELECT '${name}' AS name, count(*)::float8 AS rows FROM ${name}`)
      .join(' UNION ALL '),
  );
  return Object.fromEntries(counted.rows.map(({ name, rows }) => [name, rows]));
}
