import { createDatabase, execute, freshName, query, urlOf } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';

/** As moveout makes it, but for what a case changes. */
const OURS = `CREATE SCHEMA moveout; CREATE TABLE moveout.migration (
  project_ref text, run_id text, workflow_id text, owner_user_id text, backup_id text, state text, fencing_token bigint,
  steps text[], created_database boolean, database_oid oid, source jsonb, snapshot_at timestamptz, completed_at timestamptz)`;
const ROW = `INSERT INTO moveout.migration (project_ref, run_id, workflow_id, backup_id, fencing_token, steps, created_database, database_oid, state, source, snapshot_at)
  VALUES ('p', '0b5cbb5e-3a86-4f1e-9d0c-9c2a1d4f6e11', 'w', 'b', 1, '{}', false, 1, 'running',
  '{"connection":"c","database":"d","systemIdentifier":"1","oid":1,"serverVersion":150000}', now())`;

const FOREIGN: readonly (readonly [string, string, RegExp])[] = [
  [
    'another application',
    'CREATE SCHEMA moveout; CREATE TABLE moveout.migration (id int)',
    /has no column "project_ref" of type text.*RENAME TO/,
  ],
  ['a schema of other tables', 'CREATE SCHEMA moveout', /it has no table "migration"/],
  [
    'a view',
    'CREATE SCHEMA moveout; CREATE VIEW moveout.migration AS SELECT 1 AS project_ref',
    /"migration" in it is no table/,
  ],
  [
    'a column of another type',
    `${OURS}; ALTER TABLE moveout.migration ALTER fencing_token TYPE text`,
    /no column "fencing_token" of type bigint/,
  ],
  [
    'a newer version',
    `${OURS}; ${ROW}; UPDATE moveout.migration SET state = 'cutting over'`,
    /written by a newer version of moveout \(.*the state "cutting over"\): use that version/,
  ],
  [
    'a newer version, by a column',
    `${OURS}; ALTER TABLE moveout.migration ADD write_fence jsonb; ${ROW}`,
    /written by a newer version of moveout \(.*the column "write_fence"\): use that version/,
  ],
];

describe('a schema moveout that is not ours', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each(FOREIGN)('is one clear problem of the plan: %s', async (...[, sql, words]) => {
    const databaseName = await createDatabase('foreign');
    await execute(databaseName, sql);
    const project = { ...bed.nextProject(), databaseName, replace: true };
    const { problems } = await planOf(bed, project);
    expect(problems.map(({ code }) => code)).toEqual(['foreign-marker']);
    expect(problems[0]?.message).toMatch(words);
    expect(problems[0]?.message).toContain(`in the target "${databaseName}"`);
  });

  it('written by a newer version is left as it is by whatever reads it', async () => {
    const databaseName = await createDatabase('foreign');
    await execute(databaseName, `${OURS}; ALTER TABLE moveout.migration ADD hold text; ${ROW}`);
    const { message } = await bed.run('verifyProject', { ...bed.nextProject(), databaseName });
    expect(message).toContain('this one does not know the column "hold"');
    expect(await query(databaseName, 'SELECT project_ref FROM moveout.migration')).toEqual([
      { project_ref: 'p' },
    ]);
  });

  it('says which right is missing where the role may not read it', async () => {
    const role = freshName('reader');
    const databaseName = await createDatabase('foreign');
    await execute(databaseName, `${OURS}; ${ROW}`);
    await execute('postgres', `CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    const { urls } = bed.configured;
    bed.configured.urls = { ...urls, projects: urlOf('postgres', role) };
    const asked = { ...bed.nextProject(), databaseName, replace: true };
    const marked = async (): Promise<readonly string[]> => {
      const { problems } = await planOf(bed, asked);
      return problems.flatMap(({ message }) => (message.includes('marker') ? [message] : []));
    };
    const [problem = '', ...others] = await marked();
    const statements = problem.match(/ALTER (?:SCHEMA|TABLE) [^;]*;/g) ?? [];
    for (const statement of statements) await execute(databaseName, statement);
    expect(others).toEqual([]);
    expect(statements).toEqual([
      `ALTER SCHEMA moveout OWNER TO ${role};`,
      `ALTER TABLE moveout.migration OWNER TO ${role};`,
    ]);
    expect(await marked()).toEqual([]);
    bed.configured.urls = urls;
    await execute(databaseName, `DROP OWNED BY ${role}`);
    await execute('postgres', `DROP ROLE ${role}`);
  });

  it.each([
    ['run_id', "'by hand'"],
    ['workflow_id', "''"],
  ])('that names a run which Temporal cannot have stands for none: %s', async (column, value) => {
    const databaseName = await createDatabase('foreign');
    await execute(databaseName, `${OURS}; ${ROW}`);
    await execute(databaseName, `UPDATE moveout.migration SET ${column} = ${value}`);
    const { problems } = await planOf(bed, { ...bed.nextProject(), databaseName, replace: true });
    expect(problems).toEqual([]);
    const { message } = await bed.run('reconcile', { forgotten: true });
    expect(message).not.toMatch(/Unexpected|bug/);
  });

  it('does not keep reconcile from the other databases', async () => {
    const databaseName = await createDatabase('foreign');
    await execute(databaseName, 'CREATE SCHEMA moveout; CREATE TABLE moveout.migration (id int)');
    const { message } = await bed.run('reconcile', {});
    expect(message).toBe('');
    expect(await query(databaseName, 'SELECT FROM moveout.migration')).toEqual([]);
  });
});
