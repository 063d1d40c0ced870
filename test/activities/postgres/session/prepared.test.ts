import { z } from 'zod';
import { Connections } from '../../../../activities/postgres/session/connections';
import { SessionPool } from '../../../../activities/postgres/session/pool';
import { queryCatalog } from '../../../../activities/postgres/session/prepared';
import { Databases, urlOf } from '../schema/databases';

const databases = new Databases();
const pool = new SessionPool();
let database: string;

beforeAll(async () => {
  database = await databases.create('CREATE TABLE public.things (id int)');
});
afterAll(async () => {
  await pool.closeAll();
  await databases.dropAll();
});

const KIND = 'SELECT relkind::text AS kind FROM pg_class WHERE oid = to_regclass($1)';

/** What one attempt is told, and how often its session has run the statement by a plan that it keeps. */
function ask(attempt: string, relation: string): Promise<readonly unknown[]> {
  const connections = new Connections((connection) => urlOf(connection), { name: attempt, pool });
  return connections.with({ connection: database, access: 'read' }, async (client) => {
    const { rows } = await queryCatalog(client, KIND, [relation]);
    const kept = await client.query(
      `SELECT (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements WHERE statement = $1`,
      [KIND],
    );
    return z.array(z.unknown()).parse(rows.concat(kept.rows));
  });
}

describe('queryCatalog', () => {
  it('prepares a statement in a session for the next attempt, which asks with values of its own', async () => {
    expect(await ask('moveout one', 'public.things')).toEqual([{ kind: 'r' }, { runs: 1 }]);
    expect(await ask('moveout two', 'public.none')).toEqual([{ runs: 2 }]);
  });
});
