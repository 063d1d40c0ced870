import type { Client } from 'pg';
import { checkRows } from '../../../activities/postgres/checks/rows';
import { crossingsInquiry } from '../../../activities/postgres/checks/crossings';
import { survey, type Question } from '../../../activities/postgres/checks/survey';
import type { ProjectScope } from '../../../activities/postgres/scope/project-scope';
import { withJoinedSessions } from '../../../activities/postgres/session/transaction';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { createDatabase, dropDatabases, execute } from '../../support/harness/databases';
import { createSource, ownProjects } from '../../support/harness/studio-source';
import { connectionsTo, inScope } from './snapshot';

const CHECKS = { extent: PROJECT_EXTENT, targetKeys: [], normalizeNullTokens: false };

/** How often the tables are read that are large in a large project. */
const SCANS = {
  ...{ 'auth.users': 1, 'auth.identities': 1, 'auth.audit_log_entries': 1, 'auth.mfa_factors': 1 },
  ...{ 'auth.one_time_tokens': 1, 'storage.objects': 1, 'storage.buckets': 1 },
  // Once more for the sessions that refresh tokens name, which can be another user's.
  'auth.sessions': 2,
};

describe('the survey of a project', () => {
  let pristine = '';
  let projectRef = '';
  let neighbour = '';
  beforeAll(async () => {
    pristine = await createSource();
    [projectRef = '', neighbour = ''] = (await ownProjects(pristine)).map(({ ref }) => ref);
  });
  afterAll(() => dropDatabases());

  /** How often each table has been read whole in the session's transaction. */
  async function scansOf(client: Client): Promise<ReadonlyMap<string, number>> {
    const { rows } = await client.query<{ name: string; scans: number }>(
      `SELECT schemaname || '.' || relname AS name, seq_scan::int AS scans FROM pg_stat_xact_user_tables`,
    );
    return new Map(rows.map(({ name, scans }) => [name, scans]));
  }

  it('reads each table once for all checks, and again only for a foreign key that no rule proves', async () => {
    const found = await inScope({ database: pristine, projectRef }, async (client, scope) => {
      // A rule that goes by another table reads that one as well.
      const tables = scope.tables.filter(({ where }) => !where.includes('SELECT'));
      const before = await scansOf(client);
      await checkRows([client], { ...scope, tables }, CHECKS);
      const after = await scansOf(client);
      const scans = (table: string): number => (after.get(table) ?? 0) - (before.get(table) ?? 0);
      return tables.map(({ facts: { table } }) => [table, scans(table)] as const);
    });
    const large = new Map(found.filter(([table]) => Object.hasOwn(SCANS, table)));
    expect(Object.fromEntries(large)).toEqual(SCANS);
  });

  it('asks of no foreign key whether it holds that the scope proves', async () => {
    const asked = await inScope({ database: pristine, projectRef }, async (client, scope) => {
      const { questions } = await crossingsInquiry(client, PROJECT_EXTENT, scope);
      return questions.map(({ table, of }) => `${table}: ${of}`);
    });
    // Not one by which a row belongs to a user, a session, a factor or a bucket of the project.
    expect(asked.filter((one) => /"(user|bucket|catalog|factor)_id"/u.test(one))).toEqual([]);
    expect(asked.filter((one) => one.includes('"session_id"'))).toEqual([
      'auth.refresh_tokens: t."session_id" IS NOT NULL',
    ]);
  });

  it('keeps indexes from no table whose rule goes by another one', async () => {
    const found = await inScope({ database: pristine, projectRef }, async (client, scope) => {
      const elsewhere = 'EXISTS (SELECT FROM auth.users AS u WHERE u.id = t.user_id)';
      const tables = scope.tables
        .filter(({ facts }) => ['auth.identities', 'auth.sessions'].includes(facts.table))
        .map((one) => ({
          ...one,
          where: one.facts.table === 'auth.sessions' ? elsewhere : 'true',
        }));
      const questions = tables.map(({ facts: { table } }): Question => ({
        ...{ table, by: 'count' },
        of: `current_setting('enable_indexscan') = 'on'`,
      }));
      const answers = await survey([client], tables, questions);
      return questions.map((question) => [question.table, (answers(question) ?? 0) > 0]);
    });
    expect(Object.fromEntries(found)).toEqual({ 'auth.identities': false, 'auth.sessions': true });
  });

  const rowsOf = (table: string): Question => ({ table, of: 'true', by: 'count' });

  async function counts(sessions: readonly [Client, ...Client[]], { tables }: ProjectScope) {
    const questions = tables.map(({ facts }) => rowsOf(facts.table));
    const answers = await survey(sessions, tables, questions);
    return new Map(questions.map((question) => [question.table, answers(question)]));
  }

  it('gives the same answers on one session and on two of one snapshot, whatever commits meanwhile', async () => {
    const database = await createDatabase('survey', pristine);
    const databaseRef = { connection: 'shared', access: 'read' } as const;
    const found = await inScope({ database, projectRef }, async (client, scope) => {
      const alone = await counts([client], scope);
      await execute(database, `DELETE FROM auth.refresh_tokens; DELETE FROM auth.one_time_tokens`);
      const place = { databaseRef, count: 2, owner: client };
      const together = await withJoinedSessions(
        connectionsTo(database),
        place,
        async (sessions) => ({
          sessions: sessions.length,
          counts: await counts(sessions, scope),
        }),
      );
      return { alone, together };
    });
    expect(found.together.sessions).toBe(2);
    expect(found.together.counts).toEqual(found.alone);
    expect(found.alone.get('auth.refresh_tokens')).toBeGreaterThan(0);
  });

  it('leaves a question unanswered that cannot be computed, and answers the others', async () => {
    const question = (of: string): Question => ({ table: 'auth.users', of, by: 'count' });
    const asked = ['true', 'no_such_function(id)', 'id IS NULL', 'no_such_function(email)', 'true'];
    const questions = [...asked.map(question), rowsOf('storage.objects')];
    const answers = await inScope({ database: pristine, projectRef }, async (client, scope) => {
      const answer = await survey([client], scope.tables, questions);
      return questions.map(answer);
    });
    const users = answers[0] ?? 0;
    expect(users).toBeGreaterThan(0);
    expect(answers.slice(1, 5)).toEqual([undefined, 0, undefined, users]);
    expect(answers[5]).toBeGreaterThan(0);
  });

  const someSession = (ref: string): string =>
    `(SELECT s.id FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id
       WHERE u.raw_app_meta_data ->> 'project_ref' = '${ref}' ORDER BY 1 LIMIT 1)`;
  const someToken = (ref: string): string =>
    `id = (SELECT min(r.id) FROM auth.refresh_tokens AS r JOIN auth.users AS u ON u.id::text = r.user_id
            WHERE u.raw_app_meta_data ->> 'project_ref' = '${ref}')`;

  it.each([
    ['a session of another project', () => someSession(neighbour)],
    ['a session that is not there', () => `'00000000-0000-4000-8000-000000000000'`],
  ])('finds a refresh token that points at %s', async (_what, session) => {
    const database = await createDatabase('crossing', pristine);
    await execute(
      database,
      `SET session_replication_role = replica;
       UPDATE auth.refresh_tokens SET session_id = ${session()} WHERE ${someToken(projectRef)}`,
    );
    const { crossings } = await inScope({ database, projectRef }, (client, scope) =>
      checkRows([client], scope, CHECKS),
    );
    expect(crossings).toEqual([
      {
        foreignKey: 'refresh_tokens_session_id_fkey',
        ...{ table: 'auth.refresh_tokens', references: 'auth.sessions', rows: 1 },
      },
    ]);
  });

  it('leaves an orphan to no project whose key would have to be a user', async () => {
    const database = await createDatabase('orphan', pristine);
    await execute(
      database,
      `SET session_replication_role = replica;
       UPDATE auth.identities SET user_id = '00000000-0000-4000-8000-000000000000'
        WHERE id = (SELECT i.id FROM auth.identities AS i JOIN auth.users AS u ON u.id = i.user_id
                     WHERE u.raw_app_meta_data ->> 'project_ref' = '${projectRef}' LIMIT 1)`,
    );
    const { crossings, volumes } = await inScope({ database, projectRef }, (client, scope) =>
      checkRows([client], scope, CHECKS),
    );
    const identities = volumes.find(({ table }) => table === 'auth.identities')?.rows ?? 0;
    const before = await inScope({ database: pristine, projectRef }, (client, scope) =>
      checkRows([client], scope, CHECKS),
    );
    const all = before.volumes.find(({ table }) => table === 'auth.identities')?.rows ?? 0;
    expect(crossings).toEqual([]);
    expect(identities).toBe(all - 1);
  });
});
