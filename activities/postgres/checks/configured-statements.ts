import { problem, type Findings } from '../../../workflows/domain/findings';
import { DatabaseError, type Client } from 'pg';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import { complaint, isRefused, sentText, type Sent } from '../configured-query';
import { literal } from '../identifiers';
import { addPublicToSearchPath } from '../scope/project-keys';
import { databaseFailure } from '../errors/classify';

/** Names the tenancy's statements that PostgreSQL does not accept (`tenancy`). The session's transaction stays usable. */
export async function checkConfiguredStatements(
  client: Client,
  tenancy: Tenancy,
  projectRef: string,
): Promise<Findings> {
  return problem('tenancy', await findRefusedStatements(client, tenancy, projectRef));
}

/** Asks PostgreSQL whether it accepts the statements and what they yield, without running them: one line for each refusal. */
async function findRefusedStatements(
  client: Client,
  { users, buckets }: Tenancy,
  projectRef: string,
): Promise<readonly string[]> {
  await addPublicToSearchPath(client);
  const first = literal(projectRef);
  const statements: Sent[] = [];
  const ask = (place: string, sql: string, value: string, names = ''): void => {
    const [before, after] = [`SELECT ${value} FROM (\n`, `\n) AS q${names} LIMIT 0`];
    statements.push({ place, sql, yields: YIELDS, before, after, first });
  };
  if (users.by === 'query') ask('tenancy.users.sql', users.sql, 'q.id::uuid');
  if (users.by === 'instance-id' && users.sql !== undefined)
    ask('tenancy.users.sql', users.sql, 'q.instance::text::uuid', ' (instance)');
  if (buckets.by === 'query') ask('tenancy.buckets.sql', buckets.sql, 'q.id::text');
  const refusals: string[] = [];
  for (const sent of statements) refusals.push(...(await refusalOf(client, sent)));
  return refusals;
}

async function refusalOf(client: Client, sent: Sent): Promise<readonly string[]> {
  const text = sentText(sent);
  await client.query('SAVEPOINT configured_statement');
  try {
    await client.query(text);
    await client.query('RELEASE SAVEPOINT configured_statement');
    return [];
  } catch (error) {
    const refused = isRefused(error);
    if (!refused && !isDenied(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT configured_statement');
    return [refused ? complaint(error, sent) : databaseFailure(error, sent.place).message];
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '42501';
}

const YIELDS = 'one column called id, a uuid for users';
