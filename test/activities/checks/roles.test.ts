import {
  checkSourceRole,
  readSourceRole,
} from '../../../activities/postgres/checks/source-privileges';
import {
  checkTargetRole,
  readTargetRole,
} from '../../../activities/postgres/checks/target-privileges';
import { readIdentity } from '../../../activities/postgres/catalog/databases';
import { readSequences } from '../../../activities/postgres/catalog/sequences';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { createDatabase, execute, freshName, query } from '../../support/harness/databases';
import { useMovers } from './movers';
import { connectionsTo } from './snapshot';

const SOURCE = { connection: 'shared', access: 'read' } as const;
const TARGET = { connection: 'projects', access: 'write' } as const;

const { source, freshRole, roles } = useMovers();

async function run(statements: readonly string[], inside: string) {
  for (const statement of statements) await execute(inside, statement);
}

describe('readIdentity', () => {
  it('gives a role that may not ask the server for its identifier the statement after which it may', async () => {
    const inside = await createDatabase('identity');
    const role = await freshRole();
    const asked = 'pg_catalog.pg_control_system()';
    await execute(inside, `REVOKE EXECUTE ON FUNCTION ${asked} FROM PUBLIC`);
    const read = () =>
      connectionsTo(inside, role).with(SOURCE, (client) => readIdentity(client, 'shared'));
    const statement = `GRANT EXECUTE ON FUNCTION ${asked} TO "${role}"`;
    await expect(read()).rejects.toThrow(statement);
    await expect(read()).rejects.toMatchObject({ type: 'AccessDenied' });
    await execute(inside, statement);
    expect(await read()).toMatchObject({ connection: 'shared', database: inside });
  });
});

/** What the check of the source finds that the role lacks. */
async function checkSource(role: string) {
  const { problems } = await connectionsTo(source(), role).with(SOURCE, (client) =>
    checkSourceRole(client, PROJECT_EXTENT, []),
  );
  return problems;
}

describe('readSourceRole', () => {
  const statementsOf = (rights: readonly { readonly statement: string }[]): readonly string[] =>
    rights.map(({ statement }) => statement);
  const missing = (role?: string) =>
    connectionsTo(source(), role).with(SOURCE, (client) => readSourceRole(client, PROJECT_EXTENT));

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
    await run(statementsOf(before.missing), source());
    expect((await missing(role)).missing).toEqual([]);
    const seen = await connectionsTo(source(), role).with(SOURCE, async (client) => ({
      users: await client.query('SELECT FROM auth.users'),
      sequences: await readSequences(client, PROJECT_EXTENT),
    }));
    expect(seen.users.rowCount).toBeGreaterThan(0);
    expect(seen.sequences.length).toBeGreaterThan(0);
  });

  it('names one table that is closed, one by one, and policies that hide rows in it', async () => {
    const role = await freshRole();
    await run(statementsOf((await missing(role)).missing), source());
    await execute(
      source(),
      `REVOKE SELECT ON auth.mfa_factors FROM ${role}; ALTER ROLE ${role} NOBYPASSRLS`,
    );
    const problems = await checkSource(role);
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

  it('gives at most ten statements of a kind, and says how many more there are', async () => {
    const role = await freshRole();
    await run(statementsOf((await missing(role)).missing), source());
    const tables = await query<{ name: string }>(
      source(),
      `SELECT format('auth.%I', relname) AS name FROM pg_class
        WHERE relnamespace = 'auth'::regnamespace AND relkind = 'r' ORDER BY 1 LIMIT 12`,
    );
    const names = tables.map(({ name }) => name);
    await execute(source(), `REVOKE SELECT ON ${names.join(', ')} FROM ${role}`);
    const [problem] = await checkSource(role);
    expect(problem?.message).toContain(`${names[9]}, and 2 more`);
    expect(problem?.message).toMatch(/GRANT SELECT ON \S+ TO \S+; and 2 more$/);
  });
});

describe('readTargetRole', () => {
  const OWNERS = ['supabase_auth_admin', 'supabase_storage_admin'];
  const NO_ROLES = {
    ...{ owners: [], extensionSchemaOwners: [], defaultPrivilegesOf: [] },
    forcesRowSecurity: false,
  };
  const owned = { ...NO_ROLES, owners: OWNERS };
  type Needs = Partial<Parameters<typeof readTargetRole>[1]>;
  const asked = <T>(
    ask: (...args: Parameters<typeof readTargetRole>) => Promise<T>,
    needs: Needs,
    role?: string,
  ) => {
    const none = {
      ...{ database: 'new_one', exists: false, rolesToCreate: [], extensions: [] },
      ...{ script: NO_ROLES, replaced: NO_ROLES },
      createDatabase: () => 'CREATE DATABASE new_one',
    };
    const { database: name = '', exists = false } = needs;
    return connectionsTo(exists ? name : 'postgres', role).with(TARGET, (client) =>
      ask(client, { ...none, ...needs }),
    );
  };
  const missing = (needs: Needs, role?: string) => asked(readTargetRole, needs, role);
  const problemsOf = async (needs: Needs, role: string) =>
    (await asked(checkTargetRole, needs, role)).problems.map(({ message }) => message);
  const statementsIn = (role: Awaited<ReturnType<typeof missing>>): readonly string[] =>
    role.missing.flatMap(({ statements }) => statements);

  it('finds that a superuser lacks nothing', async () => {
    const extensions = [{ name: 'pg_stat_statements', schema: 'public', version: '1' }];
    const found = await missing({ script: owned, rolesToCreate: ['x'], extensions });
    expect(found).toMatchObject({ missing: [], unreached: undefined });
  });

  it('T15: gives the statements after which the role creates a database and hands over what is in it', async () => {
    const role = await freshRole();
    const name = freshName('target');
    const made = freshName('made');
    roles.push(made);
    const needs = { database: name, script: owned, rolesToCreate: [made] };
    const before = await missing(needs, role);
    const kinds = before.missing.map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['owner', 'createdb', 'createrole']);
    // A role that may create roles could give itself almost everything.
    expect(statementsIn(before).join('\n')).not.toContain('CREATEROLE');
    await run(statementsIn(before), 'postgres');
    expect((await missing({ ...needs, rolesToCreate: [] }, role)).missing).toEqual([]);
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
    const extensions = ['pg_stat_statements', 'hstore'].map((name) => ({
      ...{ name, schema: 'extensions', version: '1' },
    }));
    const needs = { database: there, exists: true, extensions };
    const found = await missing(needs, role);
    const [create, extension] = await problemsOf(needs, role);
    expect(create).toContain(`GRANT CREATE ON DATABASE ${there} TO ${role};`);
    expect(extension).toContain('CREATE EXTENSION "pg_stat_statements" SCHEMA "extensions";');
    // The schema is a superuser's then, so that the trusted one cannot be created there by the role.
    expect(extension).toContain('CREATE EXTENSION "hstore" SCHEMA "extensions";');
    await run(statementsIn(found), there);
    expect((await missing(needs, role)).missing).toEqual([]);
  });

  it('has a superuser make a new database with an extension that only a superuser creates', async () => {
    const role = await freshRole();
    await execute('postgres', `ALTER ROLE ${role} CREATEDB`);
    const extensions = [{ name: 'pg_stat_statements', schema: 'public', version: '1' }];
    expect(await problemsOf({ extensions }, role)).toEqual([
      `on the target's server, role "${role}" may not create the extension pg_stat_statements: ` +
        `CREATE DATABASE new_one; ALTER DATABASE "new_one" OWNER TO ${role}; ` +
        'then in database "new_one": CREATE EXTENSION "pg_stat_statements" SCHEMA "public";',
    ]);
  });

  it.each([
    ['a superuser', 'SUPERUSER', ''],
    ['a member of a superuser', '', 'postgres'],
    ['a role that writes files of the server', '', 'pg_write_server_files'],
    ['a member of a role that runs programs on the server', '', 'pg_execute_server_program'],
  ])('never offers the membership in %s', async (_, attribute, member) => {
    const role = await freshRole();
    const powerful = freshName('powerful');
    const between = freshName('between');
    roles.push(powerful, between);
    await execute('postgres', `CREATE ROLE ${powerful} ${attribute}; CREATE ROLE ${between}`);
    if (member !== '')
      await execute('postgres', `GRANT ${member} TO ${between}; GRANT ${between} TO ${powerful}`);
    const script = { ...NO_ROLES, owners: [powerful], defaultPrivilegesOf: ['postgres'] };
    const found = await missing({ script }, role);
    expect(statementsIn(found).join('\n')).not.toContain('GRANT');
    expect(found.unreached).toEqual({
      ...{ role, owners: [powerful], defaultPrivilegesOf: ['postgres'] },
    });
    const replacing = await missing({ replaced: script }, role);
    expect(statementsIn(replacing).join('\n')).not.toContain('GRANT');
    expect((await problemsOf({ replaced: script }, role)).join('\n')).toContain(
      "use a superuser's login in the connection's URL",
    );
  });

  it('asks for BYPASSRLS where row level security holds for owners as well', async () => {
    const role = await freshRole();
    const script = { ...NO_ROLES, forcesRowSecurity: true };
    expect(statementsIn(await missing({ script }, role))).toContain(`ALTER ROLE ${role} BYPASSRLS`);
    await execute('postgres', `ALTER ROLE ${role} BYPASSRLS`);
    expect(statementsIn(await missing({ script }, role))).not.toContain(
      `ALTER ROLE ${role} BYPASSRLS`,
    );
  });
});
