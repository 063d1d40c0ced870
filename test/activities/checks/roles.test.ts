import { sourceRoleRemarks, targetRoleRemarks } from '../../../activities/plan/checks/role-remarks';
import { readSourceRole } from '../../../activities/postgres/checks/source-privileges';
import { readOwners, readTargetRole } from '../../../activities/postgres/checks/target-privileges';
import { readSequences } from '../../../activities/postgres/catalog/sequences';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { createDatabase, dropDatabases, execute, freshName } from '../../support/harness/databases';
import { createSource } from '../../support/harness/studio-source';
import { connectionsTo } from './snapshot';

const SOURCE = { connection: 'shared', access: 'read' } as const;
const TARGET = { connection: 'projects', access: 'write' } as const;

let database = '';
const roles: string[] = [];

beforeAll(async () => {
  database = await createSource();
});
afterAll(async () => {
  await dropDatabases();
  for (const role of roles) await execute('postgres', `DROP ROLE ${role}`);
});

/** A role that may log in and nothing else. */
async function freshRole(): Promise<string> {
  const role = freshName('mover');
  roles.push(role);
  await execute('postgres', `CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD '${role}'`);
  return role;
}

async function run(statements: readonly { readonly statement: string }[], inside: string) {
  for (const { statement } of statements) await execute(inside, statement);
}

describe('readSourceRole', () => {
  const missing = (role?: string) =>
    connectionsTo(database, role).with(SOURCE, (client) => readSourceRole(client, PROJECT_EXTENT));

  it('finds that a superuser lacks nothing', async () => {
    expect((await missing()).missing).toEqual([]);
  });

  it('T8: gives a role that may do nothing the statements after which it reads every row', async () => {
    const role = await freshRole();
    const before = await missing(role);
    expect(before.missing.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['schema', 'table', 'sequence', 'policies']),
    );
    expect(before.missing.length).toBeLessThan(8);
    await run(before.missing, database);
    expect((await missing(role)).missing).toEqual([]);
    const seen = await connectionsTo(database, role).with(SOURCE, async (client) => ({
      users: await client.query('SELECT FROM auth.users'),
      sequences: await readSequences(client, PROJECT_EXTENT),
    }));
    expect(seen.users.rowCount).toBeGreaterThan(0);
    expect(seen.sequences.length).toBeGreaterThan(0);
  });

  it('names one table that is closed, one by one, and policies that hide rows in it', async () => {
    const role = await freshRole();
    await run((await missing(role)).missing, database);
    await execute(
      database,
      `REVOKE SELECT ON auth.mfa_factors FROM ${role}; ALTER ROLE ${role} NOBYPASSRLS`,
    );
    const { problems } = sourceRoleRemarks(await missing(role));
    expect(problems.map(({ code }) => code)).toEqual(['privilege', 'privilege']);
    expect(problems[0]?.message).toBe(
      `in the source, role "${role}" may not read auth.mfa_factors: GRANT SELECT ON auth.mfa_factors TO ${role};`,
    );
    expect(problems[1]?.message).toMatch(
      new RegExp(
        `hides in .*auth.users.*: ALTER ROLE ${role} BYPASSRLS;$|and \\d+ more: ALTER ROLE`,
      ),
    );
  });

  it('gives at most ten statements of a kind, and says how many more there are', () => {
    const rights = Array.from({ length: 12 }, (_, i) => ({
      kind: 'table' as const,
      objects: [`auth.t${i}`],
      statement: `GRANT ${i}`,
    }));
    const [problem] = sourceRoleRemarks({ role: 'r', missing: rights }).problems;
    expect(problem?.message).toContain('auth.t9, and 2 more');
    expect(problem?.message).toMatch(/GRANT 9; and 2 more$/);
  });
});

describe('readTargetRole', () => {
  const OWNERS = ['supabase_auth_admin', 'supabase_storage_admin'];
  const missing = (needs: Partial<Parameters<typeof readTargetRole>[1]>, role?: string) => {
    const none = {
      database: 'new_one',
      exists: false,
      owners: [],
      rolesToCreate: [],
      extensions: [],
    };
    return connectionsTo('postgres', role).with(TARGET, (client) =>
      readTargetRole(client, { ...none, ...needs }),
    );
  };

  it('finds that a superuser lacks nothing', async () => {
    const needs = { owners: OWNERS, rolesToCreate: ['x'], extensions: ['pg_stat_statements'] };
    expect((await missing(needs)).missing).toEqual([]);
  });

  it('reads who owns a studio', async () => {
    const owners = await connectionsTo(database).with(SOURCE, (client) =>
      readOwners(client, PROJECT_EXTENT),
    );
    expect(owners).toEqual(expect.arrayContaining(OWNERS));
  });

  it('T15: gives the statements after which the role creates a database and hands over what is in it', async () => {
    const role = await freshRole();
    const name = freshName('target');
    const needs = { database: name, owners: OWNERS, rolesToCreate: ['some_role'] };
    const before = await missing(needs, role);
    const kinds = before.missing.map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['createdb', 'owner', 'createrole']);
    await run(before.missing, 'postgres');
    expect((await missing(needs, role)).missing).toEqual([]);
    await connectionsTo('postgres', role).with(TARGET, (client) =>
      client.query(`CREATE DATABASE ${name} TEMPLATE template0`),
    );
    await connectionsTo(name, role).with(TARGET, async (client) => {
      await client.query('CREATE SCHEMA auth; CREATE TABLE auth.users (id int)');
      await client.query('GRANT ALL ON SCHEMA auth TO supabase_auth_admin');
      await client.query('ALTER TABLE auth.users OWNER TO supabase_auth_admin');
      await client.query('INSERT INTO auth.users VALUES (1)');
    });
    await execute('postgres', `DROP DATABASE ${name}`);
  });

  it('names the right to create in a database that is there, and extensions that only a superuser creates', async () => {
    const role = await freshRole();
    const there = await createDatabase('target');
    const needs = { database: there, exists: true, extensions: ['pg_stat_statements', 'hstore'] };
    const found = await missing(needs, role);
    const [create, extension] = targetRoleRemarks(found).problems.map(({ message }) => message);
    expect(create).toContain(`GRANT CREATE ON DATABASE ${there} TO ${role};`);
    expect(extension).toContain('CREATE EXTENSION pg_stat_statements;');
    await execute('postgres', `GRANT CREATE ON DATABASE ${there} TO ${role}`);
    expect((await missing({ database: there, exists: true }, role)).missing).toEqual([]);
  });
});
