import { checkSourceRole } from '../../../activities/postgres/checks/source-privileges';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { execute } from '../../support/harness/databases';
import { useMovers } from './movers';
import { connectionsTo } from './snapshot';

const { source, freshRole } = useMovers();

describe('a role that others act as', () => {
  const messages = async (role: string): Promise<string> => {
    const databaseRef = { connection: 'shared', access: 'read' } as const;
    const { problems } = await connectionsTo(source(), role).with(databaseRef, (client) =>
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
    const set = `ALTER DATABASE ${source()} SET role = authenticated`;
    await execute('postgres', `GRANT authenticated TO ${role}; ${set}`);
    const before = await messages(role);
    const line = `ALTER ROLE ${role} IN DATABASE ${source()} SET role = none`;
    expect(before).not.toMatch(/GRANT|BYPASSRLS/);
    expect(before).toContain(`${line};`);
    await execute('postgres', line);
    expect(await messages(role)).toContain(`GRANT USAGE ON SCHEMA auth TO ${role};`);
    await execute('postgres', `ALTER DATABASE ${source()} RESET role`);
  });

  it('gets no right where the login works as it in this database alone', async () => {
    const role = await freshRole();
    await execute(
      'postgres',
      `GRANT authenticated TO ${role}; ALTER ROLE ${role} IN DATABASE ${source()} SET role = authenticated`,
    );
    const before = await messages(role);
    const line = `ALTER ROLE ${role} IN DATABASE ${source()} RESET role`;
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
