import type { Client } from 'pg';
import { sending } from './configured-statement';
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
  const sent = {
    place: 'projects.query',
    sql: statement,
    yields: 'the columns ref, database and owner',
    before: 'SELECT * FROM (\n',
    after: '\n) AS p WHERE starts_with(p.ref::text, $1) OR p.database::text = $2',
  };
  const result = await sending(sent, (text) =>
    client.query<Readonly<Record<string, unknown>>>(text, [projectRef, databaseName ?? null]),
  );
  return result.rows;
}
