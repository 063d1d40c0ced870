import { createDatabase, dropDatabases, execute, urlOf } from '../../../support/harness/databases';
import { untilNoOlderTransaction } from '../../../support/harness/no-older-transaction';
import { sessionAt } from '../../../support/harness/session-at';
import { judge, record, TABLES, type Recorded } from './versioned-source';

const BOTH = ['auth.sessions', 'auth.users'];

describe('row versions', () => {
  let pristine: string;
  let source: string;
  const url = (): string => urlOf(source);
  beforeAll(async () => {
    pristine = await createDatabase('versions');
    await execute(pristine, TABLES);
    await untilNoOlderTransaction(pristine);
  });
  beforeEach(async () => {
    source = await createDatabase('versions', pristine);
  });
  afterAll(dropDatabases);

  describe('prove that nothing changed', () => {
    it.each([
      ['if nothing was written', ''],
      [
        'if a neighbour was',
        `UPDATE auth.users SET name = 'x' WHERE project = 'b'; DELETE FROM auth.sessions WHERE id = 60`,
      ],
      [
        'if rows were locked only',
        'BEGIN; SELECT FROM auth.users FOR UPDATE; SELECT FROM auth.sessions FOR KEY SHARE; COMMIT',
      ],
      ['if rows were frozen', 'VACUUM FREEZE auth.users; VACUUM FREEZE auth.sessions'],
      ['if statistics were gathered', 'ANALYZE auth.users; ANALYZE auth.sessions'],
      [
        'if what was written was rolled back',
        `BEGIN; UPDATE auth.users SET name = 'x'; DELETE FROM auth.sessions; ROLLBACK`,
      ],
    ])('%s', async (_when, change) => {
      const recorded = await record(url);
      for (const statement of change.split(/; (?=VACUUM)/)) await execute(source, statement);
      expect(await judge(url, recorded)).toEqual({ unchanged: BOTH, drifted: [] });
    });

    it('never of a table without a primary key', async () => {
      expect((await judge(url, await record(url))).unchanged).not.toContain('auth.log');
    });
  });

  describe('leave it to the fingerprint, which finds drift,', () => {
    it.each([
      ['if a row was changed', `UPDATE auth.users SET name = 'x' WHERE id = 3`, ['auth.users']],
      ['if a row came', `INSERT INTO auth.sessions VALUES (99, 3, 'low', 'x')`, ['auth.sessions']],
      ['if a row went', 'DELETE FROM auth.sessions WHERE id = 3', ['auth.sessions']],
      [
        'if one row went and another came into scope by a change of another table',
        `DELETE FROM auth.sessions WHERE id = 3; UPDATE auth.users SET project = 'a' WHERE id = 40`,
        ['auth.log', 'auth.sessions', 'auth.users'],
      ],
      [
        'if two users changed places',
        `UPDATE auth.users SET project = CASE id WHEN 3 THEN 'b' ELSE 'a' END WHERE id IN (3, 40)`,
        ['auth.log', 'auth.sessions', 'auth.users'],
      ],
      [
        'if a row was replaced',
        `DELETE FROM auth.sessions WHERE id = 3; INSERT INTO auth.sessions VALUES (3, 3, 'low', 'x')`,
        ['auth.sessions'],
      ],
      [
        'if two columns changed names',
        'ALTER TABLE auth.users RENAME name TO n; ALTER TABLE auth.users RENAME other TO name; ALTER TABLE auth.users RENAME n TO other',
        ['auth.users'],
      ],
      [
        'if two tables changed places',
        'ALTER TABLE auth.sessions SET SCHEMA public; ALTER TABLE aside.sessions SET SCHEMA auth',
        ['auth.sessions'],
      ],
      [
        'if two schemas changed names',
        'ALTER TYPE auth.level SET SCHEMA public; ALTER SCHEMA auth RENAME TO gone; ALTER SCHEMA aside RENAME TO auth; ALTER TYPE public.level SET SCHEMA auth',
        ['auth.log', 'auth.sessions', 'auth.users'],
      ],
      [
        'if a label was renamed',
        `ALTER TYPE auth.level RENAME VALUE 'low' TO 'lower'`,
        ['auth.sessions'],
      ],
      [
        'if old rows came with a child',
        'ALTER TABLE aside.more_users INHERIT auth.users',
        ['auth.users'],
      ],
      [
        'if a column got another type',
        `ALTER TABLE auth.users ALTER other TYPE bytea USING other::bytea`,
        ['auth.users'],
      ],
    ])('%s', async (_when, change, drifted) => {
      const recorded = await record(url);
      await execute(source, change);
      const verdict = await judge(url, recorded);
      expect(verdict.drifted).toEqual(drifted);
      expect(verdict.unchanged.filter((table) => drifted.includes(table))).toEqual([]);
    });

    it.each([
      ['plainly', []],
      ['in a subtransaction', ['SAVEPOINT a']],
      ['in one within another', ['SAVEPOINT a', 'SAVEPOINT b']],
      [
        'in many of them',
        Array.from(
          { length: 80 },
          (_, i) => `SAVEPOINT s${String(i)}; INSERT INTO auth.log VALUES (60, 'x')`,
        ),
      ],
    ])('if a transaction that was open at the snapshot wrote %s', async (_how, before) => {
      await sessionAt(url(), async (writer) => {
        await writer.query('BEGIN');
        for (const statement of before) await writer.query(statement);
        await writer.query(`UPDATE auth.users SET name = 'x' WHERE id = 3`);
        // Others end meanwhile: what is open is older than what is newest.
        await execute(source, `UPDATE auth.users SET name = 'x' WHERE id = 60`);
        const recorded = await record(url);
        await writer.query(`UPDATE auth.sessions SET note = 'x' WHERE id = 3`);
        expect((await judge(url, recorded)).drifted).toEqual([]);
        await writer.query('COMMIT');
        expect(await judge(url, recorded)).toEqual({ unchanged: [], drifted: BOTH });
      });
    });
  });

  describe('leave it to the fingerprint, though nothing drifted,', () => {
    it.each([
      [
        'if a row was written as it was',
        'UPDATE auth.users SET name = name WHERE id = 3',
        ['auth.sessions'],
      ],
      ['if a table was written anew', 'VACUUM FULL auth.users', ['auth.sessions']],
      [
        'if a column came, with a value in no row',
        `ALTER TABLE auth.users ADD more text DEFAULT 'x'`,
        ['auth.sessions'],
      ],
      ['if a label came', `ALTER TYPE auth.level ADD VALUE 'none'`, ['auth.users']],
    ])('%s', async (_when, change, unchanged) => {
      const recorded = await record(url);
      await execute(source, change);
      expect(await judge(url, recorded)).toEqual({ unchanged, drifted: [] });
    });

    const cases: [string, (recorded: Recorded) => Partial<Recorded>][] = [
      [
        'of another database',
        ({ source: { oid, ...more } }) => ({ source: { ...more, oid: oid + 1 } }),
      ],
      [
        'of another cluster',
        ({ source: facts }) => ({ source: { ...facts, systemIdentifier: '1' } }),
      ],
      ['of another run of the server', (recorded) => versions(recorded, { server: '1/2' })],
      ['of too many transactions ago', (recorded) => versions(recorded, { xmin: '-1600000000' })],
      ['of a time to come', (recorded) => versions(recorded, { xmin: '99999999999' })],
      ['that says nothing of versions', () => ({ rowVersions: undefined })],
    ];
    it.each(cases)('with a backup %s', async (_which, changed) => {
      const recorded = await record(url);
      const other = { ...recorded, ...changed(recorded) };
      expect(await judge(url, other)).toEqual({ unchanged: [], drifted: [] });
    });
  });
});

function versions({ rowVersions }: Recorded, change: object): Partial<Recorded> {
  return { rowVersions: rowVersions && { ...rowVersions, ...change } };
}
