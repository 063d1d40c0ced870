import { findUnsettable } from '../../../activities/postgres/checks/settings';
import { createRoles as createSourceRoles } from '../postgres/schema/databases';
import type { DatabaseSetting } from '../../../activities/postgres/schema';
import { execute, freshName } from '../../support/harness/databases';
import { connectionsTo } from './snapshot';

const SERVER = { connection: 'projects', access: 'read', kept: false } as const;
const roles: string[] = [];

beforeAll(createSourceRoles);
afterAll(async () => {
  for (const role of roles) await execute('postgres', `DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

async function freshRole(attributes: string): Promise<string> {
  const role = freshName('setter');
  roles.push(role);
  await execute('postgres', `CREATE ROLE ${role} LOGIN ${attributes} PASSWORD '${role}'`);
  return role;
}

function ask(settings: readonly DatabaseSetting[], role?: string, create: readonly string[] = []) {
  return connectionsTo('postgres', role).with(SERVER, (client) =>
    findUnsettable(client, settings, create),
  );
}

const reasons = async (...asked: Parameters<typeof ask>): Promise<readonly string[]> =>
  (await ask(...asked)).unsettable.map(({ name, role, because }) =>
    [name, ...(role === undefined ? [] : [role]), because].join(' '),
  );

const CARRIED: readonly DatabaseSetting[] = [
  { name: 'statement_timeout', value: '1ms' },
  { name: 'idle_in_transaction_session_timeout', value: '1ms' },
  { name: 'idle_session_timeout', value: '1ms' },
  { name: 'search_path', value: '"$user", "no such schema"' },
  { name: 'default_tablespace', value: 'nospace' },
  { name: 'temp_tablespaces', value: 'nospace' },
  { name: 'default_transaction_isolation', value: 'serializable' },
  { name: 'default_transaction_deferrable', value: 'on' },
  { name: 'TimeZone', value: 'Asia/Tokyo' },
  { name: 'jit', value: 'off' },
];
const SUPERUSERS: readonly DatabaseSetting[] = [
  { name: 'app.settings.jwt_secret', value: 'x' },
  { name: 'log_min_duration_statement', value: '0' },
  { name: 'session_preload_libraries', value: 'auto_explain' },
  { name: 'log_connections', value: 'on' },
];

describe('findUnsettable', () => {
  it('finds that a superuser may set all that the server knows', async () => {
    expect(await reasons([...CARRIED, ...SUPERUSERS])).toEqual([]);
  });

  it('finds what takes a superuser, until the right is granted', async () => {
    const role = await freshRole('CREATEDB');
    const settings = [...CARRIED, ...SUPERUSERS];
    const names = SUPERUSERS.map(({ name }) => name);
    expect(await reasons(settings, role)).toEqual(names.map((name) => `${name} privilege`));
    for (const name of names)
      await execute('postgres', `GRANT SET ON PARAMETER "${name}" TO ${role}`);
    // Whether there is such a library, only a superuser can try.
    expect(await reasons(settings, role)).toEqual(['session_preload_libraries refused']);
  });

  it('finds what the server does not know, or not with this value', async () => {
    const settings = [
      { name: 'no_such_setting', value: '1' },
      { name: 'max_connections', value: '100' },
      { name: 'work_mem', value: 'a lot' },
      { name: 'default_toast_compression', value: 'no such method' },
      { name: 'plpgsql.no_such_setting', value: '1' },
      { name: 'session_preload_libraries', value: '"no such library"' },
    ];
    expect(await reasons(settings)).toEqual([
      'no_such_setting unknown',
      'max_connections unknown',
      'work_mem refused',
      'default_toast_compression refused',
      'session_preload_libraries refused',
    ]);
  });

  it('finds settings of roles that are not there, or not the role’s to change', async () => {
    const role = await freshRole('CREATEDB');
    const of = (name: string) => ({ name: 'work_mem', value: '5MB', role: name });
    const settings = [of('anon'), of('postgres'), of('nobody here'), of('to come'), of(role)];
    expect(await reasons(settings, role, ['to come'])).toEqual([
      'work_mem anon role-privilege',
      'work_mem postgres role-privilege',
      'work_mem nobody here no-such-role',
    ]);
    const creator = await freshRole('CREATEROLE');
    expect(await reasons(settings.slice(0, 2), creator)).toEqual([
      'work_mem postgres role-privilege',
    ]);
  });

  it('takes a connection that is lost for no answer', async () => {
    const gone = connectionsTo('postgres').with(SERVER, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await execute('postgres', `SELECT pg_terminate_backend(${String(rows[0]?.pid)})`);
      return findUnsettable(client, CARRIED, []);
    });
    await expect(gone).rejects.toMatchObject({ nonRetryable: false });
  });
});
