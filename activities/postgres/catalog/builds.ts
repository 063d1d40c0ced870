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

/**
 * Tells which of the tables have all statistics that ANALYZE would gather now: it ran over their rows, and nothing has
 * come since that it has more to learn of, such as an index over an expression that is none of those named.
 */
export async function tablesWithStatistics(
  client: Client,
  tables: readonly string[],
  builds: readonly Build[],
): Promise<ReadonlySet<string>> {
  if (tables.length === 0) return new Set();
  const result = await client.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
       JOIN pg_class AS c ON c.oid = n.quoted::regclass
       JOIN pg_namespace AS s ON s.oid = c.relnamespace
      WHERE EXISTS (SELECT FROM pg_stats AS k WHERE k.schemaname = s.nspname AND k.tablename = c.relname)
        AND NOT EXISTS (SELECT FROM pg_statistic_ext AS e WHERE e.stxrelid = c.oid)
        AND NOT EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
                         WHERE i.indrelid = c.oid AND i.indexprs IS NOT NULL
                           AND (NOT (n.name, x.relname::text) IN (SELECT * FROM unnest($3::text[], $4::text[]))
                                OR EXISTS (SELECT FROM pg_attribute AS a
                                            WHERE a.attrelid = x.oid AND a.attstattarget >= 0)))`,
    [
      tables,
      tables.map(qualified),
      builds.map(({ table }) => table),
      builds.map(({ name }) => name),
    ],
  );
  const found = z.array(z.object({ name: z.string() })).parse(result.rows);
  return new Set(found.map(({ name }) => name));
}
