import type { Client } from 'pg';
import { z } from 'zod';
import { queryCatalog } from '../session/prepared';

/** The columns that every version of the marker has, and their types. */
const COLUMNS: Readonly<Record<string, string>> = {
  project_ref: 'text',
  run_id: 'text',
  workflow_id: 'text',
  owner_user_id: 'text',
  backup_id: 'text',
  state: 'text',
  fencing_token: 'bigint',
  steps: 'text[]',
  created_database: 'boolean',
  database_oid: 'oid',
  source: 'jsonb',
  snapshot_at: 'timestamp with time zone',
  completed_at: 'timestamp with time zone',
};

/** What this version has besides, or has had. */
const OPTIONAL: ReadonlySet<string> = new Set([
  ...['only_row', 'started_at', 'previous', 'job', 'opens_to'],
]);

const STATES = ['running', 'completed', 'abandoned'];

const schemaRow = z.object({
  role: z.string(),
  isUsable: z.boolean(),
  kind: z.string().nullable(),
  isReadable: z.boolean().nullable(),
  columns: z.record(z.string(), z.string()).nullable(),
});
/** The schema `moveout` of a database, and its table `migration`. */
export type MarkerObjects = Readonly<z.infer<typeof schemaRow>>;

/** Why this moveout can do nothing with what stands in a schema `moveout`, and the way out. */
export interface ForeignMarker {
  readonly code: 'Refused' | 'NewerVersion';
  readonly words: string;
}

/**
 * Says what is wrong with a schema `moveout` that this moveout has not made, or cannot read, and the way
 * out; `undefined` if there is none, or its own.
 */
export async function findForeignMarker(client: Client): Promise<ForeignMarker | undefined> {
  const found = await readMarkerObjects(client);
  if (found === undefined) return undefined;
  const foreign = foreignObjects(found);
  if (foreign !== undefined) return foreign;
  const { rows } = await client.query('SELECT state FROM moveout.migration');
  return newerMarker(found, z.array(z.object({ state: z.string() })).parse(rows));
}

/** Reads what stands in a schema `moveout` in place of the marker's table; `undefined` if there is no such schema. */
export async function readMarkerObjects(client: Client): Promise<MarkerObjects | undefined> {
  const { rows } = await queryCatalog(client, SCHEMA);
  return rows[0] === undefined ? undefined : schemaRow.parse(rows[0]);
}

/** Says why the objects are not a marker that this session can read; `undefined` if they are. */
export function foreignObjects(found: MarkerObjects): ForeignMarker | undefined {
  const closed = closedWords(found);
  if (closed !== undefined)
    return { code: 'Refused', words: `the marker of a migration cannot be read: ${closed}` };
  const shape = shapeWords(found);
  return shape === undefined
    ? undefined
    : {
        code: 'Refused',
        words: `the schema "moveout" is not moveout's own: ${shape}. Give it another name (ALTER SCHEMA moveout RENAME TO moveout_of_others;), or name another database`,
      };
}

/** Says which columns of the marker's table, and which states of its rows, this version does not know. */
export function newerMarker(
  { columns }: MarkerObjects,
  rows: readonly { readonly state: string }[],
): ForeignMarker | undefined {
  const names = Object.keys(columns ?? {}).filter(
    (name) => !Object.hasOwn(COLUMNS, name) && !OPTIONAL.has(name),
  );
  const states = rows.filter(({ state }) => !STATES.includes(state));
  const unknown = [
    ...names.map((name) => `the column "${name}"`),
    ...states.map(({ state }) => `the state "${state}"`),
  ];
  return unknown.length === 0
    ? undefined
    : {
        code: 'NewerVersion',
        words: `the marker was written by a newer version of moveout (this one does not know ${unknown.join(', ')}): use that version, or name another database`,
      };
}

function closedWords({ role, isUsable, isReadable }: MarkerObjects): string | undefined {
  if (!isUsable) return `GRANT USAGE ON SCHEMA moveout TO ${role};`;
  return isReadable === false ? `GRANT SELECT ON moveout.migration TO ${role};` : undefined;
}

function shapeWords({ kind, columns }: MarkerObjects): string | undefined {
  if (kind === null) return 'it has no table "migration"';
  if (kind !== 'r') return '"migration" in it is no table';
  const odd = Object.entries(COLUMNS).find(([name, type]) => columns?.[name] !== type);
  if (odd === undefined) return undefined;
  const [name, type] = odd;
  return `moveout.migration has no column "${name}" of type ${type}`;
}

const SCHEMA = `
  SELECT pg_catalog.quote_ident(current_user) AS role,
         has_schema_privilege(n.oid, 'USAGE') AS "isUsable",
         c.relkind AS kind, has_table_privilege(c.oid, 'SELECT') AS "isReadable",
         (SELECT jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))
            FROM pg_attribute AS a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_namespace AS n
    LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'migration'
   WHERE n.nspname = 'moveout'`;
