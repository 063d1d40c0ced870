import {
  readDefaultPrivileges,
  checkDefaultPrivileges,
} from '../../../activities/postgres/checks/default-privileges';
import { readSchema } from '../../../activities/postgres/schema';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { createDatabase, dropDatabases, execute } from '../../support/harness/databases';
import { createSource } from '../../support/harness/studio-source';
import { connectionsTo, inSnapshot } from './snapshot';

afterAll(dropDatabases);

it('counts default privileges of a schema that stays if a table of it comes along with others', async () => {
  const source = await createSource();
  await execute(
    source,
    `CREATE SCHEMA shop; CREATE TABLE shop.orders (id int); CREATE TABLE public."Odd" (id int);
     GRANT SELECT ON shop.orders, public."Odd" TO anon`,
  );
  const extent = { ...PROJECT_EXTENT, tables: ['shop.orders', 'public.Odd'] };
  const { snapshot } = await connectionsTo(source).withPool(
    { connection: 'shared', access: 'read' },
    (pool) => readSchema(pool, extent),
  );
  const target = await createDatabase('target');
  await execute(
    target,
    `CREATE SCHEMA shop; CREATE SCHEMA auth;
     ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT, INSERT ON TABLES TO anon;
     ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon WITH GRANT OPTION;
     ALTER DEFAULT PRIVILEGES IN SCHEMA public, shop GRANT EXECUTE ON FUNCTIONS TO anon;
     ALTER DEFAULT PRIVILEGES IN SCHEMA auth GRANT ALL ON TABLES TO anon`,
  );
  const found = await inSnapshot(target, (client) => readDefaultPrivileges(client, extent.schemas));
  const { problems } = checkDefaultPrivileges(target, found, snapshot);
  expect(problems.map(({ message }) => message.replaceAll(/FOR ROLE \S+ /g, ''))).toEqual([
    `in the target "${target}", default privileges would give wrong privileges to what is created there; run this first: ` +
      'ALTER DEFAULT PRIVILEGES IN SCHEMA "public" REVOKE GRANT OPTION FOR SELECT ON TABLES FROM "anon"; ' +
      'ALTER DEFAULT PRIVILEGES IN SCHEMA "shop" REVOKE INSERT ON TABLES FROM "anon";',
  ]);
});
