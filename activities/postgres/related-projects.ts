import type { Client } from 'pg';
import { searchPublic } from './rows';

/** Which projects are related to one: of its ref or a longer one that begins with it, or into its database. */
export interface RelatedTo {
  readonly projectRef: string;
  readonly databaseName: string | undefined;
}

/** Gives the rows of a configured statement over projects that are about related ones. */
export async function queryRelated(
  client: Client,
  statement: string,
  { projectRef, databaseName }: RelatedTo,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await searchPublic(client);
  const bare = statement.replace(/;(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*$/, '');
  // On lines of its own: the statement may end in a comment.
  const result = await client.query<Readonly<Record<string, unknown>>>(
    `SELECT * FROM (\n${bare}\n) AS p WHERE starts_with(p.ref::text, $1) OR p.database::text = $2`,
    [projectRef, databaseName ?? null],
  );
  return result.rows;
}
