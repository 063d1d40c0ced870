import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified } from '../identifiers';
import type { Build } from '../schema';
import { splitTable } from '../../../workflows/domain/object-names';
import { runBatch } from '../session/batch';

/** Tells which of the keys and indexes stand already. */
export async function readExistingBuilds(
  client: Client,
  builds: readonly Build[],
): Promise<readonly Build[]> {
  if (builds.length === 0) return [];
  const result = await client.query(
    `SELECT (n.place - 1)::int AS place
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n (quoted, name, place)
      WHERE EXISTS (SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
                     WHERE i.indrelid = to_regclass(n.quoted) AND x.relname = n.name)`,
    [builds.map(({ table }) => qualified(table)), builds.map(({ name }) => name)],
  );
  const places = z
    .array(z.object({ place: z.number() }))
    .parse(result.rows)
    .map(({ place }) => place);
  return builds.filter((_, place) => places.includes(place));
}

/** Takes those of the keys and indexes off that stand. */
export async function dropExistingBuilds(client: Client, builds: readonly Build[]): Promise<void> {
  const standing = await readExistingBuilds(client, builds);
  await runBatch(client, standing.map(dropping));
}

function dropping({ table, name, kind }: Build): string {
  if (kind === 'key') return `ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${ident(name)}`;
  return `DROP INDEX ${ident(splitTable(table)[0])}.${ident(name)}`;
}

/** Tells which of the tables have indexes of expressions besides those named: ANALYZE has more to learn of them. */
export async function tablesWithOtherExpressions(
  client: Client,
  tables: readonly string[],
  builds: readonly Build[],
): Promise<readonly string[]> {
  if (tables.length === 0) return [];
  const result = await client.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
      WHERE EXISTS (SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
                     WHERE i.indrelid = n.quoted::regclass AND i.indexprs IS NOT NULL
                       AND NOT (n.name, x.relname::text) IN (SELECT * FROM unnest($3::text[], $4::text[])))`,
    [
      tables,
      tables.map(qualified),
      builds.map(({ table }) => table),
      builds.map(({ name }) => name),
    ],
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(result.rows)
    .map(({ name }) => name);
}
