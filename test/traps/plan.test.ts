import { planText } from '../../client/report/plan';
import type { Plan } from '../../workflows/domain/plan';
import { startPool } from '../activities/checks/transaction-pool';
import { execute, exists, freshName, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { planOf } from '../support/harness/plan-of';
import { makePrepared } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { usersOf } from './both-sides';

describe('traps that a plan must name', () => {
  let bed: Testbed;
  let project: TestProject;
  let usual: Record<string, string>;
  let plan: Plan;
  /** What a person reads, with its line breaks taken out. */
  let text: string;

  beforeAll(async () => {
    bed = await openTestbed();
    usual = bed.configured.urls;
    project = bed.nextProject();
    const users = usersOf(project.projectRef);
    const sealed =
      '{"key_id": "key-2024", "alg": "aes-gcm-hkdf", "data": "c2VjcmV0", "nonce": "bm8"}';
    await execute(
      bed.source,
      `UPDATE auth.mfa_factors SET secret = '${sealed}' WHERE user_id IN ${users} AND secret IS NOT NULL;
       CREATE SCHEMA vault; CREATE TABLE vault.secrets (secret text); INSERT INTO vault.secrets VALUES ('a');
       UPDATE auth.users SET recovery_token = NULL WHERE id IN ${users}`,
    );
    plan = await planOf(bed, project);
    text = planText(plan).replace(/\s+/g, ' ');
  });
  beforeEach(() => {
    bed.configured.urls = usual;
  });
  afterAll(() => bed.close());

  const warned = (code: string): string =>
    plan.warnings.flatMap((one) => (one.code === code ? [one.message] : [])).join('\n');

  it('names them without stopping for them', () => {
    expect(plan.problems).toEqual([]);
  });

  it('T3: NULL tokens that stock Auth fails on are counted, with the setting that fixes them', () => {
    expect(warned('null-tokens')).toMatch(/recovery_token \(14\)/);
    expect(warned('null-tokens')).toContain('normalizeNullTokens: true');
    expect(text).toContain('Users that stock Auth could not read');
  });

  it('T8: a role that row level security would blind is stopped with the statement that helps', async () => {
    const role = freshName('blind');
    await execute(
      bed.source,
      `CREATE ROLE ${role} LOGIN PASSWORD '${role}';
       GRANT USAGE ON SCHEMA auth, storage, public TO ${role};
       GRANT SELECT ON ALL TABLES IN SCHEMA auth, storage, public TO ${role};
       GRANT SELECT ON ALL SEQUENCES IN SCHEMA auth TO ${role};
       GRANT EXECUTE ON FUNCTION pg_control_system() TO ${role}`,
    );
    bed.configured.urls = { ...usual, shared: urlOf(bed.source, role) };
    const { problems } = await planOf(bed, project);
    await execute(bed.source, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    const messages = problems.map(({ message }) => message).join('\n');
    expect(messages).toMatch(
      /would not see rows that row level security hides in .*auth\.identities/,
    );
    expect(messages).toContain(`ALTER ROLE ${role} BYPASSRLS`);
  });

  it('T16: the keys with which Auth encrypted values are named, and no value', () => {
    expect(warned('key-ids')).toContain('"key-2024"');
    expect(warned('key-ids')).toContain('GOTRUE_SECURITY_DB_ENCRYPTION_DECRYPTION_KEYS');
    expect(JSON.stringify(plan)).not.toMatch(/c2VjcmV0|bm8/);
  });

  it('T17: secrets in the vault are said to stay behind', () => {
    expect(warned('vault')).toMatch(/vault\.secrets holds 1 secret,.* stay behind/);
  });

  it('T18: the JWT secret is on the list of what is to be seen to', () => {
    expect(text).toMatch(/\[ \] Give the new services the JWT secret .* sign in again/);
  });

  it('T19: files are on the list, since only their rows move', () => {
    expect(text).toMatch(
      /\[ \] Copy the files.* Only the rows about files move\..* ends with the version/,
    );
  });

  it('T23: a target that holds a row is refused and stays as it is', async () => {
    const filled = bed.nextProject();
    await makePrepared(filled.databaseName);
    await execute(
      filled.databaseName,
      `INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'user1@${filled.projectRef}.example')`,
    );
    const before = await imageOf(filled.databaseName);
    const ending = await bed.run('migrateProject', filled);
    expect(ending.report?.outcome).toBe('refused');
    expect(ending.report?.problems.map(({ code }) => code)).toContain('target-not-empty');
    expect(await imageOf(filled.databaseName)).toEqual(before);
  });

  it('T28: a transaction pooler ends the plan, and nothing is made', async () => {
    const pool = await startPool(bed.source, { size: 3, order: 'turn' });
    bed.configured.urls = { ...usual, shared: pool.url };
    try {
      const ending = await bed.run('migrateProject', project);
      expect(ending.report?.outcome).toBe('refused');
      expect(ending.message).toMatch(/transaction pooler .*use the server's own port/);
    } finally {
      await pool.close();
    }
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('T31: settings outside the database are on the list: providers, redirect URLs, passkeys', () => {
    expect(text).toMatch(/\[ \] Enter the settings of Auth again: providers, SMTP/);
    expect(text).toMatch(/\[ \] Enter the new redirect URI at Google/);
    expect(text).toMatch(
      /\[ \] Keep the domain that users sign in at.* A passkey works for one domain only/,
    );
  });
});
