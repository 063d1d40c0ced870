import { closeScratch, openScratch, type Scratch } from './scratch';

const TABLES = `
  CREATE TABLE auth.users (id int PRIMARY KEY, mail text, shout text GENERATED ALWAYS AS (upper(mail)) STORED);
  INSERT INTO auth.users (id, mail) VALUES (1, 'a'), (2, 'b');
  CREATE TABLE auth.tokens (id bigserial PRIMARY KEY, user_id int REFERENCES auth.users DEFERRABLE, note text);
  INSERT INTO auth.tokens (user_id) VALUES (1), (2), (NULL);
  CREATE TABLE auth.pairs (a int, b int, PRIMARY KEY (a, b));
  INSERT INTO auth.pairs VALUES (1, 1), (2, 2);
  CREATE TABLE auth.of_pairs (id int PRIMARY KEY, a int, b int, CONSTRAINT of_pairs_fkey FOREIGN KEY (b, a) REFERENCES auth.pairs (b, a));
  ALTER TABLE auth.pairs ADD UNIQUE (b, a);
  CREATE SEQUENCE auth.by_hand;
  CREATE TABLE auth.late (id int PRIMARY KEY DEFAULT nextval('auth.by_hand'));
  ALTER SEQUENCE auth.by_hand OWNED BY auth.late.id;
  INSERT INTO auth.late VALUES (70);`.replace(
  /(CREATE TABLE auth\.of_pairs.*?;)\s*(ALTER TABLE auth\.pairs ADD UNIQUE \(b, a\);)/s,
  '$2 $1',
);

/** Where the load puts the sequences: behind the largest value where that is beyond. */
const LOADED = `ALTER SEQUENCE auth.by_hand RESTART WITH 71;`;

describe('what stands beside the rows', () => {
  let project: Scratch;
  let whole: Scratch;
  beforeAll(async () => {
    project = await openScratch(TABLES, { format: 'json' });
    whole = await openScratch(TABLES, { format: 'json', kind: 'target' });
  });
  afterAll(closeScratch);

  async function differencesAfter(change: string): Promise<readonly string[]> {
    return (await project.verify(await project.target(LOADED + change))).differences;
  }

  it('is as it should be after a load', async () => {
    expect(await differencesAfter('')).toEqual([]);
    expect((await whole.verify(await whole.target())).differences).toEqual([]);
  });

  it('includes generated columns, which no file holds', async () => {
    expect(project.manifest.contents.find(({ generated }) => generated)?.generated).toMatchObject({
      columns: [{ name: 'shout', type: 'text', read: 'as-is' }],
    });
    const differences = await differencesAfter(
      `ALTER TABLE auth.users DROP COLUMN shout, ADD shout text GENERATED ALWAYS AS (upper(mail || '!')) STORED`,
    );
    expect(differences).toContain('generated columns of auth.users differ');
  });

  it('finds generated values that stand in the wrong rows', async () => {
    const differences = await differencesAfter(
      `ALTER TABLE auth.users DROP COLUMN shout, ADD shout text
         GENERATED ALWAYS AS (CASE mail WHEN 'a' THEN 'B' ELSE 'A' END) STORED`,
    );
    expect(differences).toContain('generated columns of auth.users differ');
  });

  it.each([
    [
      'set back',
      `SELECT setval('auth.tokens_id_seq', 1)`,
      /tokens_id_seq stands at \(1, called\), not at \(4, not called\) or \(3, called\)/,
    ],
    [
      'far ahead',
      `SELECT setval('auth.tokens_id_seq', 99)`,
      /tokens_id_seq stands at \(99, called\)/,
    ],
    [
      'called once too often',
      `SELECT nextval('auth.tokens_id_seq')`,
      /tokens_id_seq stands at \(4, called\)/,
    ],
    [
      'about to give a value that is taken',
      `SELECT setval('auth.tokens_id_seq', 3, false)`,
      /\(3, not called\)/,
    ],
    [
      'not beyond the largest value',
      `SELECT setval('auth.by_hand', 5)`,
      /by_hand stands at \(5, called\), not at \(71, not called\)/,
    ],
    [
      'missing',
      `DROP SEQUENCE auth.tokens_id_seq CASCADE`,
      /sequence auth\.tokens_id_seq is missing/,
    ],
  ] as const)('finds a sequence %s', async (_what, change, says) => {
    expect((await differencesAfter(change)).join('\n')).toMatch(says);
  });

  it('takes a restarted sequence for one that stands where it stood, but not in a backup of a target', async () => {
    const restarted = `ALTER SEQUENCE auth.tokens_id_seq RESTART WITH 4`;
    expect(await differencesAfter(restarted)).toEqual([]);
    const { differences } = await whole.verify(await whole.target(restarted));
    expect(differences).toEqual([
      'sequence auth.tokens_id_seq stands at (4, not called), not at (3, called)',
    ]);
  });

  it('finds orphans behind a constraint that calls itself valid', async () => {
    const differences = await differencesAfter(
      `SET session_replication_role = replica; UPDATE auth.tokens SET user_id = 9 WHERE user_id = 1`,
    );
    expect(differences).toContain(
      'foreign key tokens_user_id_fkey on auth.tokens: 1 rows point at nothing',
    );
  });

  it('finds a constraint that is not enforced, though the schemas are equal', async () => {
    const differences = await differencesAfter(`ALTER TABLE auth.tokens DISABLE TRIGGER ALL`);
    expect(differences.join('\n')).toMatch(/tokens_user_id_fkey/);
  });

  it('looks at all columns of a composite key, and not at rows with a NULL among them', async () => {
    const differences = await differencesAfter(
      `SET session_replication_role = replica;
       INSERT INTO auth.of_pairs VALUES (1, 1, 2), (2, 2, 2), (3, 7, NULL), (4, NULL, 7), (5, NULL, NULL)`,
    );
    expect(differences).toContain(
      'foreign key of_pairs_fkey on auth.of_pairs: 1 rows point at nothing',
    );
  });

  it('finds a constraint that was left NOT VALID, and its orphans', async () => {
    const differences = await differencesAfter(
      `ALTER TABLE auth.tokens DROP CONSTRAINT tokens_user_id_fkey; UPDATE auth.tokens SET user_id = 9 WHERE user_id = 1;
       ALTER TABLE auth.tokens ADD FOREIGN KEY (user_id) REFERENCES auth.users DEFERRABLE NOT VALID`,
    );
    expect(differences.join('\n')).toMatch(
      /constraint tokens_user_id_fkey on auth\.tokens: .*valid/i,
    );
    expect(differences.join('\n')).toMatch(/tokens_user_id_fkey on auth\.tokens: 1 rows/);
  });

  it('finds rows in a table that the backup knows and took none of', async () => {
    const { manifest } = project;
    const without = manifest.contents.filter(({ table }) => table !== 'auth.late');
    const tables = manifest.tables.filter((table) => table !== 'auth.late');
    const target = await project.target(LOADED);
    const { differences } = await project.verify(target, {
      ...manifest,
      contents: without,
      tables,
    });
    expect(differences).toEqual(['table auth.late holds 1 rows, the backup none of them']);
  });

  it('finds an extra table, also one that belongs to an extension', async () => {
    const differences = await differencesAfter(
      `CREATE EXTENSION citext SCHEMA public; CREATE TABLE auth.members (id int);
       ALTER EXTENSION citext ADD TABLE auth.members`,
    );
    expect(differences).toEqual(['table auth.members is extra']);
  });
});
