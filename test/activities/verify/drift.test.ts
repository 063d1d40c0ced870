import { execute } from '../../support/harness/databases';
import { closeScratch, openScratch } from './scratch';

const TABLES = `
  CREATE TYPE auth.level AS ENUM ('low', 'high');
  CREATE TABLE auth.users (instance_id uuid, id int PRIMARY KEY, level auth.level, name text);
  INSERT INTO auth.users SELECT md5('i')::uuid, n, 'low', 'name ' || n FROM generate_series(1, 500) n;
  CREATE TABLE auth.log (what text);
  INSERT INTO auth.log VALUES ('a'), ('a'), ('b');`;

/** The load rewrites this column; so must a target that is made by the source's statements. */
const LOADED = `UPDATE auth.users SET instance_id = '00000000-0000-0000-0000-000000000000';`;

const MOVED_ON = `
  UPDATE auth.users SET level = 'high' WHERE id IN (10, 20, 30);
  DELETE FROM auth.users WHERE id IN (40, 50);
  INSERT INTO auth.users VALUES (md5('j')::uuid, 501, 'low', 'new');
  INSERT INTO auth.log VALUES ('b'), ('c');
  DELETE FROM auth.log WHERE what = 'a'`;

const COUNTED = [
  { table: 'auth.log', moved: { added: 2, changed: 0, gone: 2 } },
  { table: 'auth.users', moved: { added: 1, changed: 3, gone: 2 } },
];

describe.each(['json', 'copy'] as const)('countDrift (%s)', (format) => {
  afterAll(closeScratch);

  it('counts rows added, changed and gone, and takes none of it for damage', async () => {
    const scratch = await openScratch(TABLES, { format });
    const target = await scratch.target(LOADED);
    expect((await scratch.verifyBoth(target)).drift).toEqual([]);
    await execute(scratch.source, MOVED_ON);
    const { drift, differences } = await scratch.verifyBoth(target);
    expect(differences).toEqual([]);
    expect(drift).toMatchObject(COUNTED);
  });

  it('counts against the backup where the target is damaged', async () => {
    const scratch = await openScratch(TABLES, { format });
    const target = await scratch.target(
      `${LOADED} DELETE FROM auth.users WHERE id < 20; DELETE FROM auth.log`,
    );
    await execute(scratch.source, MOVED_ON);
    const { drift, tables } = await scratch.verifyBoth(target);
    expect(tables.map(({ apart }) => apart)).toMatchObject([
      { missing: 3, changed: 0, extra: 0 },
      { missing: 19, changed: 0, extra: 0 },
    ]);
    expect(drift).toMatchObject(COUNTED);
  });

  it('does not call a rewritten instance id a change', async () => {
    const scratch = await openScratch(TABLES, { format });
    await execute(
      scratch.source,
      `UPDATE auth.users SET instance_id = md5('k')::uuid; DELETE FROM auth.users WHERE id = 1`,
    );
    const { drift } = await scratch.verifyBoth(await scratch.target(LOADED));
    expect(drift).toMatchObject([
      { table: 'auth.users', moved: { added: 0, changed: 0, gone: 1 } },
    ]);
  });
});
