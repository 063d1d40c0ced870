import { Client } from 'pg';

/** Columns that tell whose a row is, without being foreign keys. */
const TELLING = ['user_id', 'bucket_id', 'bucket_name', 'upload_id', 'identifier', 'provider'];

const COLUMNS = `
  SELECT c.oid::regclass::text AS "table", quote_ident(a.attname) AS "column", t.typname AS type
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
   WHERE c.relnamespace::regnamespace::text IN ('auth', 'storage') AND c.relkind = 'r'
     AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     AND t.typname IN ('text', 'varchar', 'json', 'jsonb', 'bytea', '_text')
     AND a.attname <> ALL ($1)
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f'
           AND ((k.conrelid = c.oid AND a.attnum = ANY (k.conkey))
             OR (k.confrelid = c.oid AND a.attnum = ANY (k.confkey))))
   ORDER BY 1, 2`;

const TABLES = `
  SELECT c.oid::regclass::text AS "table" FROM pg_class c
   WHERE c.relnamespace::regnamespace::text IN ('auth', 'storage') AND c.relkind = 'r' ORDER BY 1`;

/** How a value takes a canary in, by type; `$` stands for the column, `?` for the canary. */
const TAKING: Readonly<Record<string, readonly [grown: string, fresh: string]>> = {
  text: [`$ || '-?'`, `'?'`],
  varchar: [`$ || '-?'`, `'?'`],
  bytea: [`$ || '?'::bytea`, `'?'::bytea`],
  _text: [`$ || ARRAY['?']`, `ARRAY['?']`],
  jsonb: [`CASE jsonb_typeof($) WHEN 'object' THEN $ || '{"?": "?"}' ELSE $ END`, `'{"?": "?"}'`],
  json: [
    `CASE json_typeof($) WHEN 'object' THEN ($::jsonb || '{"?": "?"}')::json ELSE $ END`,
    `'{"?": "?"}'`,
  ],
};

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/**
 * Puts a canary into every column of auth and storage that holds text, JSON or bytes and that no other
 * row refers to, as far as the constraints of the tables let it in. Gives the tables that hold it then.
 */
export async function plantEverywhere(url: string, canary: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Triggers and foreign keys stay asleep; checks and unique keys do not.
    await client.query('SET LOCAL session_replication_role = replica');
    const { rows } = await client.query<Column>(COLUMNS, [TELLING]);
    for (const column of rows) await plant(client, column, canary);
    const all = await client.query<{ table: string }>(TABLES);
    const holding = [];
    for (const { table } of all.rows) if (await holds(client, table, canary)) holding.push(table);
    await client.query('COMMIT');
    return holding;
  } finally {
    await client.end();
  }
}

/** Every value that there is grows; a column without any gets one, in one row. */
async function plant(client: Client, { table, column, type }: Column, canary: string) {
  const [grown = '', fresh = ''] = (TAKING[type] ?? []).map((sql) =>
    sql.replaceAll('$', column).replaceAll('?', canary),
  );
  const filled = await attempt(
    client,
    `UPDATE ${table} SET ${column} = ${grown} WHERE ${column} IS NOT NULL`,
  );
  if (filled > 0) return;
  const one = `(SELECT ctid FROM ${table} LIMIT 1)`;
  await attempt(client, `UPDATE ${table} SET ${column} = ${fresh} WHERE ctid = ${one}`);
}

/** How many rows took it; none where a constraint forbids it. */
async function attempt(client: Client, sql: string): Promise<number> {
  await client.query('SAVEPOINT planting');
  try {
    const { rowCount } = await client.query(sql);
    await client.query('RELEASE planting');
    return rowCount ?? 0;
  } catch {
    await client.query('ROLLBACK TO planting');
    return 0;
  }
}

async function holds(client: Client, table: string, canary: string): Promise<boolean> {
  const forms = [canary, Buffer.from(canary).toString('hex')];
  const { rows } = await client.query(
    `SELECT FROM ${table} AS r WHERE strpos(r::text, $1) > 0 OR strpos(r::text, $2) > 0 LIMIT 1`,
    forms,
  );
  return rows.length > 0;
}
