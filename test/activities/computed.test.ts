import { execute } from '../support/harness/databases';
import { useTestbed } from '../ground/use-testbed';

/** Functions that call others by a name that only the database's own search path leads to. */
const BY_PATH = `
  SET search_path = auth, public;
  CREATE FUNCTION auth.helper(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
  CREATE FUNCTION auth.inlined(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT helper(t)';
  CREATE FUNCTION auth.late(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN helper(t); END';
  CREATE FUNCTION auth.own_path(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE
    SET search_path = auth AS 'BEGIN RETURN helper(t); END';
  ALTER TABLE auth.users
    ADD COLUMN email_inlined text GENERATED ALWAYS AS (auth.inlined(email)) STORED,
    ADD COLUMN email_own text GENERATED ALWAYS AS (auth.own_path(email)) STORED,
    ADD CONSTRAINT late_ok CHECK (auth.late(email) <> 'x');
  CREATE INDEX users_late ON auth.users (auth.late(email)) WHERE auth.inlined(email) <> '';
  CREATE DOMAIN auth.mail AS text CHECK (auth.late(VALUE) <> 'x');
  ALTER TABLE auth.identities ADD COLUMN mail auth.mail;
  UPDATE auth.identities SET mail = 'a';`;

describe('the plan, of what is computed while rows are loaded,', () => {
  const on = useTestbed({ source: BY_PATH });

  it('names functions that rely on a search path, and what settles it', async () => {
    const { problems } = await on.plan();
    const found = problems.map(({ code, message }) => `${code}: ${message}`);
    expect(found.map((line) => /^search-path: (.*) is computed by/.exec(line)?.[1])).toEqual([
      'check late_ok on auth.users',
      'domain auth.mail of column auth.identities.mail',
      'generated column auth.users.email_inlined',
      'index auth.users_late',
    ]);
    const offered = problems.map(({ message }) => /in the source: (.*)$/.exec(message)?.[1] ?? '');
    expect(offered[0]).toBe('ALTER FUNCTION auth.late(text) SET search_path = "auth", public');
    for (const statements of offered) await execute(on.bed.source, statements);
    expect((await on.plan()).problems).toEqual([]);
    expect((await on.bed.run('migrateProject', on.project)).message).toBe('');
  });
});

describe('the plan, of instance_id that is rewritten,', () => {
  const on = useTestbed({
    source: `UPDATE auth.users SET instance_id = '11111111-1111-1111-1111-111111111111';
       DELETE FROM auth.instances;
       INSERT INTO auth.instances (id) VALUES ('11111111-1111-1111-1111-111111111111');`,
  });

  it.each([
    [
      'a foreign key',
      'ADD CONSTRAINT odd FOREIGN KEY (instance_id) REFERENCES auth.instances (id)',
      /\d+ rows? of auth\.users would break foreign key odd in the target/,
    ],
    [
      'a check',
      `ADD CONSTRAINT odd CHECK (instance_id <> '00000000-0000-0000-0000-000000000000')`,
      /\d+ rows? of auth\.users would break check odd in the target/,
    ],
    ['a unique key', 'ADD CONSTRAINT odd UNIQUE (instance_id, aud, id)', /^$/],
  ])('knows what it does to %s', async (_what, change, says) => {
    await execute(on.bed.source, `ALTER TABLE auth.users ${change}`);
    const { problems } = await on.plan();
    expect(problems.map(({ message }) => message).join('\n')).toMatch(says);
    await execute(on.bed.source, 'ALTER TABLE auth.users DROP CONSTRAINT odd');
  });

  it('finds that users would collide under a key that tells them apart by it', async () => {
    await execute(
      on.bed.source,
      `CREATE TABLE auth.numbered AS
         SELECT id, row_number() OVER () AS n FROM auth.users;
       UPDATE auth.users u SET instance_id = ('11111111-1111-1111-1111-' || lpad(x.n::text, 12, '0'))::uuid
         FROM auth.numbered x WHERE x.id = u.id;
       DROP TABLE auth.numbered;
       CREATE UNIQUE INDEX odd ON auth.users (instance_id, aud);`,
    );
    const { problems } = await on.plan();
    expect(problems.map(({ message }) => message).join('\n')).toMatch(/odd/);
  });
});
