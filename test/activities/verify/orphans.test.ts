import type { Special } from './scratch';
import { execute } from '../../support/harness/databases';
import { closeScratch, openScratch, type Scratch } from './scratch';
import { WatchedConnections } from './watched-sessions';

/** A source that has the same orphan as its targets: only an anti-join finds it. */
const ORPHANED = `
  CREATE TABLE auth.users (id int PRIMARY KEY);
  INSERT INTO auth.users VALUES (1), (2);
  CREATE TABLE auth.tokens (id int PRIMARY KEY, user_id int REFERENCES auth.users);
  INSERT INTO auth.tokens VALUES (1, 1), (2, 2);
  SET session_replication_role = replica;
  UPDATE auth.tokens SET user_id = 9 WHERE id = 2;
  RESET session_replication_role;`;

const ANTI_JOIN = /AS orphans FROM/;

/** The marker of a run that has done these steps. */
const markerOf = (run: string, state: string, steps: string): string => `
  CREATE SCHEMA moveout;
  CREATE TABLE moveout.migration (only_row boolean PRIMARY KEY DEFAULT true, project_ref text, run_id text,
    workflow_id text, owner_user_id text, backup_id text, state text, fencing_token bigint, steps text[],
    created_database boolean, database_oid oid, started_at timestamptz DEFAULT now(), completed_at timestamptz,
    source jsonb, snapshot_at timestamptz, previous jsonb, job jsonb, opens_to jsonb);
  INSERT INTO moveout.migration (project_ref, run_id, workflow_id, backup_id, state, fencing_token, steps, created_database,
    database_oid, source, snapshot_at)
  SELECT 'scratch', '${run}', 'w', 'b', '${state}', 1, '{${steps}}', false, 0,
         '{"connection":"c","database":"d","systemIdentifier":"1","oid":1,"serverVersion":150000}', now();`;

const BUILT = markerOf('own', 'running', 'initSchema,migrateAuth,migrateStorage,finishSchema');

const OWN: Special = { ownRun: 'own' };

describe('foreign keys', () => {
  let scratch: Scratch;
  beforeAll(async () => {
    scratch = await openScratch(ORPHANED, { format: 'json' });
  });
  afterAll(closeScratch);

  async function verified(change: string, special: Special) {
    const connections = new WatchedConnections();
    const target = await scratch.target(change);
    const { differences } = await scratch.verify(target, undefined, { ...special, connections });
    const found = differences.filter((words) => words.includes('point at nothing'));
    return { counted: connections.matching(ANTI_JOIN).length, found: found.length };
  }

  it('that the run has just built over these rows are not counted again', async () => {
    expect(await verified(BUILT, OWN)).toEqual({ counted: 0, found: 0 });
  });

  it.each([
    ['where the target is only compared', BUILT, {}],
    ['of another run', BUILT, { ownRun: 'another' }],
    ['of a run that is completed', markerOf('own', 'completed', 'finishSchema'), OWN],
    ['where the schema is not finished', markerOf('own', 'running', 'migrateAuth'), OWN],
    [
      'that came with a template, before the rows',
      markerOf('own', 'running', 'cloned,finishSchema'),
      OWN,
    ],
    [
      'of a target whose schema stood before',
      BUILT,
      {
        ...OWN,
        targetBefore: { kind: 'filled', oid: 1, rows: 4, connect: [] },
      },
    ],
    ['where there is no marker', '', OWN],
    [
      'whose rows are not those of the backup',
      `${BUILT} INSERT INTO auth.tokens VALUES (3, 1)`,
      OWN,
    ],
    [
      'whose other end is not that of the backup',
      `${BUILT} INSERT INTO auth.users VALUES (3)`,
      OWN,
    ],
    [
      'that PostgreSQL has not checked',
      `${BUILT} ALTER TABLE auth.tokens DROP CONSTRAINT tokens_user_id_fkey,
         ADD FOREIGN KEY (user_id) REFERENCES auth.users NOT VALID`,
      OWN,
    ],
  ] satisfies [string, string, Special][])(
    '%s are counted by anti-join',
    async (_what, change, special) => {
      expect(await verified(change, special)).toEqual({ counted: 1, found: 1 });
    },
  );

  it('of several large tables are counted on several sessions', async () => {
    const large = await openScratch(
      `CREATE TABLE auth.users (id int PRIMARY KEY);
       INSERT INTO auth.users SELECT generate_series(1, 21000);
       CREATE TABLE auth.a (id int PRIMARY KEY REFERENCES auth.users);
       INSERT INTO auth.a SELECT generate_series(1, 21000);
       CREATE TABLE auth.b (id int PRIMARY KEY REFERENCES auth.users);
       INSERT INTO auth.b SELECT generate_series(1, 21000);`,
      { format: 'copy' },
    );
    const connections = new WatchedConnections();
    const target = await large.target();
    await execute(
      target,
      `SET session_replication_role = replica; DELETE FROM auth.users WHERE id = 7`,
    );
    const { differences } = await large.verify(target, undefined, { connections });
    expect(new Set(connections.matching(ANTI_JOIN).map(([session]) => session))).toEqual(
      new Set([0, 1]),
    );
    expect(differences.filter((words) => words.includes('point at nothing'))).toEqual([
      'foreign key a_id_fkey on auth.a: rows that point at nothing: 1',
      'foreign key b_id_fkey on auth.b: rows that point at nothing: 1',
    ]);
  });
});
