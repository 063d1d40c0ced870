import { checkRows } from '../../../activities/postgres/checks/rows';
import { checkTargetTriggers } from '../../../activities/postgres/checks/triggers';
import { readUniqueKeys, type UniqueKey } from '../../../activities/postgres/catalog/unique-keys';
import { volumesInquiry } from '../../../activities/postgres/checks/volumes';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { dropDatabases, execute } from '../../support/harness/databases';
import { expectedRows } from '../../support/harness/expected-rows';
import { createSource, ownProjects } from '../../support/harness/studio-source';
import { inScope, inSnapshot, surveyed } from './snapshot';

describe('checkRows', () => {
  let database = '';
  let projectRef = '';
  let neighbour = '';
  /** The keys of a studio as its releases made it. */
  let stock: readonly UniqueKey[] = [];

  beforeAll(async () => {
    database = await createSource();
    [projectRef = '', neighbour = ''] = (await ownProjects(database)).map(({ ref }) => ref);
    stock = await inSnapshot(database, (client) => readUniqueKeys(client, PROJECT_EXTENT));
  });
  afterAll(() => dropDatabases());

  async function findings({
    normalizeNullTokens = false,
    targetKeys = stock,
    ref = projectRef,
  } = {}) {
    const checks = { extent: PROJECT_EXTENT, targetKeys, normalizeNullTokens };
    return inScope({ database, projectRef: ref }, (client, scope) =>
      checkRows([client], scope, checks),
    );
  }
  const messages = async (code: string, asked: Parameters<typeof findings>[0] = {}) => {
    const { problems, warnings } = await findings(asked);
    return [...problems, ...warnings].filter((one) => one.code === code).map((one) => one.message);
  };

  /** Statements about users of the project; `mine` counts them from 1. */
  const someUsers = (n: number, ref = projectRef) =>
    `(SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = '${ref}' ORDER BY id LIMIT ${n})`;

  it('finds nothing to stop for in a studio as its releases made it', async () => {
    expect((await findings()).problems).toEqual([]);
  });

  it('T3: counts the NULLs that stock Auth cannot read, of this project alone', async () => {
    const before = await messages('null-tokens');
    await execute(
      database,
      `UPDATE auth.users SET recovery_token = NULL, aud = NULL WHERE id IN ${someUsers(3)};
       UPDATE auth.users SET phone_change = NULL WHERE id IN ${someUsers(4, neighbour)};
       UPDATE auth.users SET phone_change = '' WHERE phone_change IS NULL AND id IN ${someUsers(9_999)}`,
    );
    const [message = ''] = await messages('null-tokens');
    expect(message).not.toBe(before[0]);
    expect(message).toContain('aud (3)');
    expect(message).toMatch(/recovery_token \((?:[3-9]|\d\d)\)/);
    expect(message).not.toContain('phone_change (');
    expect(message).toContain('normalizeNullTokens: true');
    const [fixed = ''] = await messages('null-tokens', { normalizeNullTokens: true });
    expect(fixed).toContain('arrive fixed');
  });

  it('T16: names the keys of values that Auth encrypted, and no value', async () => {
    expect(await messages('key-ids')).toEqual([]);
    const sealed = (key: string) =>
      `'{"key_id": "${key}", "alg": "aes-gcm-hkdf", "data": "c2VjcmV0", "nonce": "bm9uY2U"}'`;
    await execute(
      database,
      `UPDATE auth.users SET encrypted_password = ${sealed('key-2024')} WHERE id IN ${someUsers(2)};
       UPDATE auth.users SET encrypted_password = '{"key_id": not JSON' WHERE id IN ${someUsers(1)};
       UPDATE auth.sessions SET refresh_token_hmac_key = '{"key_id": "of another kind"}' WHERE user_id IN ${someUsers(9_999)};
       UPDATE auth.users SET encrypted_password = ${sealed('theirs')} WHERE id IN ${someUsers(2, neighbour)};
       UPDATE auth.mfa_factors SET secret = ${sealed('key-2025')} WHERE user_id IN ${someUsers(9_999)}`,
    );
    const [message = ''] = await messages('key-ids');
    expect(message).toContain('"key-2024", "key-2025"');
    expect(message).toContain('auth.mfa_factors.secret, auth.users.encrypted_password');
    expect(message).toContain('GOTRUE_SECURITY_DB_ENCRYPTION_DECRYPTION_KEYS');
    expect(message).not.toMatch(/theirs|another kind|c2VjcmV0|bm9uY2U/);
  });

  it('T17: counts the secrets of a vault', async () => {
    expect(await messages('vault')).toEqual([]);
    await execute(database, `CREATE SCHEMA vault; CREATE TABLE vault.secrets (secret text)`);
    expect(await messages('vault')).toEqual([]);
    await execute(database, `INSERT INTO vault.secrets VALUES ('a'), ('b')`);
    expect((await messages('vault'))[0]).toContain('vault.secrets holds 2 secrets');
  });

  it('T11: names triggers on inserted rows that come along, and not those that cannot', async () => {
    await execute(
      database,
      `CREATE FUNCTION auth.greet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
       CREATE TRIGGER greet BEFORE INSERT OR UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION auth.greet();
       CREATE TRIGGER greet_updates BEFORE UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION auth.greet();
       CREATE TRIGGER greet_never BEFORE INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION auth.greet();
       ALTER TABLE auth.users DISABLE TRIGGER greet_never`,
    );
    const [message = ''] = await messages('triggers');
    expect(message).toContain('greet on auth.users (calls auth.greet)');
    expect(message).toContain('switched off while rows are loaded, on afterwards');
    expect(message).not.toMatch(/greet_updates|greet_never|on_auth_user_created/);
  });

  it('T11: names every trigger of a target, event triggers too', async () => {
    await execute(
      database,
      `CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION public.watch()`,
    );
    const found = await inSnapshot(database, (client) =>
      checkTargetTriggers(client, 'mine', PROJECT_EXTENT),
    );
    await execute(database, 'DROP EVENT TRIGGER watcher');
    expect(found.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('on_auth_user_created on auth.users (calls public.handle_new_user)'),
      expect.stringContaining('watcher (ddl_command_end)'),
    ]);
  });

  it('counts the rows of every table exactly, and gives their bytes with and without statistics', async () => {
    const volumes = () =>
      inScope({ database, projectRef }, async (client, scope) =>
        surveyed({ client, scope }, await volumesInquiry(client, scope)),
      );
    const expected = await expectedRows(database, projectRef);
    await execute(database, `UPDATE pg_class SET reltuples = -1 WHERE relname = 'users'`);
    const measured = await volumes();
    for (const { table, rows } of measured)
      expect([table, rows]).toEqual([table, expected[table]?.rows]);
    await execute(database, 'ANALYZE auth.users');
    const reckoned = await volumes();
    const bytes = (of: typeof measured) =>
      of.find(({ table }) => table === 'auth.users')?.bytes ?? 0;
    expect(bytes(reckoned)).toBeGreaterThan(bytes(measured) / 2);
    expect(bytes(reckoned)).toBeLessThan(bytes(measured) * 2);
  });
});
