import { buildFactBase, extract, plan } from '@supabase/pg-delta';
import type { FactBase } from '@supabase/pg-delta';
import { z } from 'zod';
import { databaseFailure, naming } from '../../activities/postgres/errors/classify';
import { createDatabase, dropDatabases, execute, urlOf } from '../support/harness/databases';
import { CANARY, connectionsTo, landing } from './landing';

afterAll(dropDatabases);

const json = (text: string): unknown => JSON.parse(text);

describe('databaseFailure, of errors of the program', () => {
  it.each([
    ['JSON.parse', () => json(`${CANARY} at activities/hunter2.ts:1`), 'SyntaxError'],
    ['BigInt', () => BigInt(CANARY), 'SyntaxError'],
    ['Buffer', () => Buffer.from('x', 'utf8').readUInt8(99), 'RangeError'],
    ['a URL', () => decodeURIComponent(`${CANARY}%`), 'URIError'],
    ['an error of its own', () => Promise.reject(new Error(CANARY)), 'Error'],
  ])('says of which kind it was and not the message: %s', async (...[, fail, kind]) => {
    const found = await landing(naming('reading auth.users', () => Promise.resolve().then(fail)));
    expect(found).toMatchObject({ code: 'Unexpected', isRetried: false });
    expect(found.message).toContain(
      `reading auth.users: this is a bug in moveout: the program failed (${kind}`,
    );
    expect(found.kept).not.toContain('hunter2');
  });

  it('says where in moveout it was met', async () => {
    const error = new Error(CANARY);
    error.stack = `Error: ${CANARY}\n    at f (/opt/x/node_modules/y/z.js:1:2)\n    at g (/opt/x/dist/activities/postgres/rows.js:12:3)`;
    const found = await landing(Promise.reject(databaseFailure(error, 'here')));
    expect(found.message).toBe(
      'here: this is a bug in moveout: the program failed (Error at activities/postgres/rows.js:12)',
    );
  });

  it('keeps where it was thrown as its stack, and not the message', async () => {
    const fail = (): never => {
      throw new TypeError(`${CANARY}\nsecond line of ${CANARY}`);
    };
    const failure: unknown = await naming('here', () => Promise.resolve().then(fail)).catch(
      (error: unknown) => error,
    );
    const { stack = '' } = failure instanceof Error ? failure : {};
    expect(stack).toMatch(/^ApplicationFailure: here: this is a bug in moveout/);
    expect(stack).toContain('programs.test.ts');
    expect(stack).not.toContain('hunter2');
  });

  it('lands what Temporal’s client reports in what it means, in words of its own', async () => {
    const status = (code: number): Error =>
      Object.assign(new Error('14 UNAVAILABLE: tcp connect error'), { code, details: 'raw' });
    const wrapped = new Error('outer', { cause: status(14) });
    expect(await landing(Promise.reject(databaseFailure(wrapped, 'here')))).toMatchObject({
      code: 'ServerUnavailable',
      isRetried: true,
      message: 'here: Temporal does not answer for now',
    });
    expect(await landing(Promise.reject(databaseFailure(status(8), 'here')))).toMatchObject({
      code: 'ServerBusy',
      isRetried: true,
    });
    expect(await landing(Promise.reject(databaseFailure(status(3), 'here')))).toMatchObject({
      code: 'Unexpected',
    });
  });

  it('says which field of an answer was not as expected, and not what it was', async () => {
    const shape = z.array(z.object({ rows: z.number(), kind: z.enum(['a', 'b']) }));
    const answer = (): Promise<unknown> => shape.parseAsync([{ rows: CANARY, kind: CANARY }]);
    const found = await landing(naming('counting', answer));
    expect(found).toMatchObject({ code: 'Unexpected', isRetried: false });
    expect(found.message).toContain('0.rows invalid_type, 0.kind invalid_value');
    expect(found.kept).not.toContain('hunter2');
  });

  it('says nothing of what was thrown that is no error', async () => {
    const found = await landing(Promise.reject(databaseFailure(CANARY, 'here')));
    expect(found).toMatchObject({ code: 'Unexpected', message: 'here: string' });
  });

  it('names what the schema engine misses, without the text of a statement', async () => {
    const database = await createDatabase('engine');
    await execute(
      database,
      `CREATE TABLE public.t (email text); CREATE ROLE ${database};
       CREATE POLICY own ON public.t TO ${database} USING (email = '${CANARY}" consumes "x');`,
    );
    const failed = connectionsTo(urlOf(database)).withPool(
      { connection: 'here', access: 'read' },
      async (pool) => {
        const { factBase } = await extract(pool);
        return plan(buildFactBase([], []), withoutRole(factBase, database));
      },
    );
    const found = await landing(failed);
    await execute(database, `DROP OWNED BY ${database}; DROP ROLE ${database}`);
    expect(found).toMatchObject({ code: 'Unexpected', isRetried: false });
    expect(found.message).toContain('the schema cannot be rebuilt, missing requirement');
    expect(found.message).toContain(`role:${database}`);
    expect(found.kept).not.toContain('hunter2');
  });
});

/** The facts of a database as if a role that they name were not there. */
function withoutRole(all: FactBase, name: string): FactBase {
  const facts = all.facts().filter(({ id }) => id.kind !== 'role' || id.name !== name);
  return buildFactBase(facts, [...all.edges]);
}
