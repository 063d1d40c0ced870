import { cpuUse, UNSEEN } from '../../bench/measure/cpu-use';
import { readTitle } from '../../bench/measure/postgres-title';
import { cutStatement, withoutLiterals } from '../../bench/measure/without-literals';

describe('readTitle', () => {
  const databaseOf = (pid: number) => (pid === 41 ? 'led' : undefined);
  it.each([
    ['postgres: postgres one 127.0.0.1(4711) COPY', 'PostgreSQL backend', 'one'],
    ['postgres: app_user one ::1(4711) idle in transaction', 'PostgreSQL backend', 'one'],
    ['postgres: app_user one [local] idle', 'PostgreSQL backend', 'one'],
    ['postgres: parallel worker for PID 41 ', 'PostgreSQL backend', 'led'],
    ['postgres: parallel worker for PID 42 ', 'PostgreSQL backend', undefined],
    ['postgres: autovacuum worker one', 'PostgreSQL autovacuum', 'one'],
    ['postgres: checkpointer ', 'PostgreSQL checkpointer', undefined],
    ['postgres: background writer ', 'PostgreSQL background writer', undefined],
    ['postgres: ', 'PostgreSQL backend', undefined],
  ])('%s', (title, name, database) => {
    expect(readTitle(title, databaseOf)).toEqual({ name, ...(database && { database }) });
  });
});

describe('cpuUse', () => {
  const seen = (pid: number, own: Partial<Parameters<typeof cpuUse>[0][number]>) => ({
    ...{ pid, name: 'backend', cpuBefore: 0, cpu: 1, memory: 0, peak: 0 },
    ...{ isRunning: false, isBelowPostgres: true, ...own },
  });

  it('counts what was used since the start, by name and database', () => {
    const use = cpuUse(
      [
        seen(1, { name: 'worker', cpuBefore: 5, cpu: 7, isBelowPostgres: false, isRunning: true }),
        seen(2, { database: 'a', cpu: 3 }),
        seen(3, { database: 'a', cpu: 4 }),
        seen(4, { database: 'b', cpu: 1, isRunning: true }),
      ],
      7,
    );
    expect(use).toEqual([
      { name: 'backend', database: 'a', seconds: 7 },
      { name: 'worker', seconds: 2 },
      { name: 'backend', database: 'b', seconds: 1 },
    ]);
  });

  it('names what the ended processes used and nobody saw', () => {
    // It had used 2 s before the start; PostgreSQL's own sum holds them too.
    const use = cpuUse([seen(1, { database: 'a', cpuBefore: 2, cpu: 3 })], 4.5);
    expect(use).toContainEqual({ name: 'PostgreSQL backend', database: UNSEEN, seconds: 1.5 });
  });
});

describe('withoutLiterals', () => {
  it.each([
    [`ALTER ROLE app PASSWORD 'it''s secret'`, `ALTER ROLE app PASSWORD '…'`],
    ['DO $body$ SELECT 1; $body$', `DO '…'`],
    [`SELECT a FROM t1 WHERE k = 17 AND n < 1.5`, 'SELECT a FROM t1 WHERE k = ? AND n < ?'],
    ['SELECT $1,\n       $2', 'SELECT $1, $2'],
    ['CREATE DATABASE "moveout_staging_0123456789ab"', 'CREATE DATABASE "moveout_staging_…"'],
    [`SELECT a WHERE id = ANY ('{61181c65-3b`, `SELECT a WHERE id = ANY ('…'`],
    [`x IN ('a', 'b', 'c')`, `x IN ('…', …)`],
  ])('%s', (statement, plain) => {
    expect(withoutLiterals(statement)).toBe(plain);
  });
});

describe('shortened', () => {
  it('leaves out long lists of columns, and keeps what tells statements apart', () => {
    const columns = ['id', 'aud', 'role', 'email', 'phone'].map((name) => `t."${name}"`).join(', ');
    expect(cutStatement(`COPY (SELECT ${columns} FROM auth.users WHERE a) TO STDOUT`)).toBe(
      'COPY (SELECT t."id", …, t."phone" FROM auth.users WHERE a) TO STDOUT',
    );
    expect(cutStatement('SELECT t."id", t."aud" FROM t')).toBe('SELECT t."id", t."aud" FROM t');
  });

  it('cuts what is long all the same', () => {
    expect(cutStatement(`SELECT ${'a, '.repeat(1_000)}`).length).toBeLessThan(2_100);
  });
});
