import {
  readCatalogFingerprint,
  readCatalogVersion,
} from '../../../../activities/postgres/catalog/fingerprint';
import { until } from '../../../support/until';
import { createRoles, Databases, ddl, run } from '../schema/databases';
import { lastCheckpoint } from './last-checkpoint';
import { distinct, inside, stamp, stampOfVersions } from './readings';

const databases = new Databases();
let template: string;

beforeAll(async () => {
  await createRoles();
  template = await databases.create(
    `${ddl('small-studio.sql')} ${ddl('tables.sql')} CREATE SEQUENCE public.numbers;`,
  );
});
afterAll(() => databases.dropAll());

describe('readVersions', () => {
  it('has settled in a clone that was loaded', async () => {
    const loaded = await databases.create(
      `ALTER TABLE public.profiles DISABLE TRIGGER USER; INSERT INTO public.teams (name) VALUES ('a');
       ALTER TABLE public.profiles ENABLE TRIGGER USER; ANALYZE; ALTER SEQUENCE public.numbers RESTART WITH 5;
       REVOKE USAGE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC;
       COMMENT ON TABLE public.teams IS 'a'; COMMENT ON TABLE public.teams IS NULL`,
      template,
    );
    const settled = async (database: string): Promise<string> =>
      (await inside(database, readCatalogVersion)).contentKey;
    expect(await distinct(stamp, loaded, template)).toBe(1);
    expect(await distinct(settled, loaded, template)).toBe(1);
    expect(await distinct(stampOfVersions, loaded, template)).toBe(2);
  });

  it('tells rows by their places only within one file of the catalog', async () => {
    const rewritten = await databases.create('SELECT', template);
    await run(rewritten, 'VACUUM FULL pg_catalog.pg_depend');
    const packed = await databases.create('SELECT', rewritten);
    expect(await distinct(stampOfVersions, rewritten, packed)).toBe(1);
    await run(rewritten, 'VACUUM FULL pg_catalog.pg_depend');
    expect(await distinct(stamp, rewritten, template)).toBe(1);
    expect(await distinct(stampOfVersions, rewritten, packed)).toBe(2);
  });

  it('names the same run until the next checkpoint', async () => {
    const { first, second } = await until('two readings between two checkpoints', () =>
      inside(template, async (client) => {
        const began = await lastCheckpoint(client);
        const readings = {
          first: await readCatalogVersion(client),
          second: await readCatalogVersion(client),
        };
        return (await lastCheckpoint(client)) === began ? readings : undefined;
      }),
    );
    expect(first.run).not.toBeNull();
    expect(second.run).toBe(first.run);
    await run(template, 'CHECKPOINT');
    const { run: later } = await inside(template, readCatalogVersion);
    expect(later).not.toBe(first.run);
  });

  it('names no run to a role that may not know', async () => {
    const closed = await databases.create(
      'REVOKE EXECUTE ON FUNCTION pg_control_checkpoint() FROM PUBLIC',
      template,
    );
    const { run: named } = await inside(closed, async (client) => {
      await client.query('SET ROLE anon');
      return readCatalogVersion(client);
    });
    expect(named).toBeNull();
  });

  it('reads in each database what the role may read there', async () => {
    const closed = await databases.create('REVOKE SELECT ON pg_policy FROM PUBLIC', template);
    const open = await databases.create('SELECT', template);
    const asAnon = (database: string): Promise<string> =>
      inside(database, async (client) => {
        await client.query('SET ROLE anon');
        return readCatalogFingerprint(client);
      });
    await run(open, 'CREATE POLICY new ON public.teams USING (true)');
    await asAnon(closed);
    const before = await asAnon(open);
    await run(open, 'ALTER POLICY new ON public.teams USING (false)');
    expect(await asAnon(open)).not.toBe(before);
  });
});
