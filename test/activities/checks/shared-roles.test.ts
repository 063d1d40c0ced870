import { checkSourceRole } from '../../../activities/postgres/checks/source-privileges';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { dropDatabases, execute, freshName } from '../../support/harness/databases';
import { createSource } from '../../support/harness/studio-source';
import { connectionsTo } from './snapshot';

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

describe('a role that others act as', () => {
  const messages = async (role: string): Promise<string> => {
    const databaseRef = { connection: 'shared', access: 'read' } as const;
    const { problems } = await connectionsTo(database, role).with(databaseRef, (client) =>
      checkSourceRole(client, PROJECT_EXTENT, []),
    );
    return problems.map(({ message }) => message).join('\n');
  };

  it('gets no right by a login that works as it; the line that resets the login does', async () => {
    const role = await freshRole();
    await execute(
      'postgres',
      `GRANT authenticated TO ${role}; ALTER ROLE ${role} SET role = authenticated`,
    );
    const before = await messages(role);
    expect(before).not.toMatch(/GRANT|BYPASSRLS/);
    expect(before).toContain(
      `let the login "${role}" work as itself: ALTER ROLE ${role} RESET role;`,
    );
    await execute('postgres', `ALTER ROLE ${role} RESET role`);
    expect(await messages(role)).toContain(`GRANT USAGE ON SCHEMA auth TO ${role};`);
  });

  it('gets no right where the database sets the role; the database keeps its setting', async () => {
    const role = await freshRole();
    const set = `ALTER DATABASE ${database} SET role = authenticated`;
    await execute('postgres', `GRANT authenticated TO ${role}; ${set}`);
    const before = await messages(role);
    const line = `ALTER ROLE ${role} IN DATABASE ${database} SET role = none`;
    expect(before).not.toMatch(/GRANT|BYPASSRLS/);
    expect(before).toContain(`${line};`);
    await execute('postgres', line);
    expect(await messages(role)).toContain(`GRANT USAGE ON SCHEMA auth TO ${role};`);
    await execute('postgres', `ALTER DATABASE ${database} RESET role`);
  });

  it('gets no right where the login works as it in this database alone', async () => {
    const role = await freshRole();
    await execute(
      'postgres',
      `GRANT authenticated TO ${role}; ALTER ROLE ${role} IN DATABASE ${database} SET role = authenticated`,
    );
    const before = await messages(role);
    const line = `ALTER ROLE ${role} IN DATABASE ${database} RESET role`;
    expect(before).not.toMatch(/GRANT|BYPASSRLS/);
    expect(before).toContain(`${line};`);
    await execute('postgres', line);
    expect(await messages(role)).toContain(`GRANT USAGE ON SCHEMA auth TO ${role};`);
  });

  it('gets no right while it has members', async () => {
    const role = await freshRole();
    const member = await freshRole();
    await execute('postgres', `GRANT ${role} TO ${member}`);
    const text = await messages(role);
    expect(text).not.toMatch(/GRANT|BYPASSRLS/);
    expect(text).toContain(`its members would have it too (${member})`);
  });
});
