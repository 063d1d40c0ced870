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

describe('what stands beside the rows', () => {
  let project: Scratch;
  let whole: Scratch;
  beforeAll(async () => {
    project = await openScratch(TABLES, { format: 'json' });
    whole = await openScratch(TABLES, { format: 'json', kind: 'target' });
  });
  afterAll(closeScratch);

  async function differencesAfter(change: string): Promise<readonly string[]> {
    return (await project.verify(await project.target(change))).differences;
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

  describe('sequences', () => {
    const TOKENS = 'sequence auth.tokens_id_seq stands at';
    const SERIES = `
      CREATE SEQUENCE auth.down INCREMENT -5 MINVALUE -100 MAXVALUE -1;
      CREATE SEQUENCE auth.round INCREMENT 2 MINVALUE 1 MAXVALUE 9 CYCLE;
      CREATE SEQUENCE auth.out MAXVALUE 3;
      CREATE SEQUENCE auth.full MAXVALUE 3;
      CREATE SEQUENCE auth.far;
      SELECT setval('auth.down', -11), setval('auth.round', 9), setval('auth.out', 3), setval('auth.full', 2),
             setval('auth.far', 9223372036854775807);`;
    let series: Scratch;
    beforeAll(async () => {
      series = await openScratch(SERIES, { format: 'json' });
    });

    async function sequencesAfter(change: string) {
      const { differences, notes = [] } = await series.verify(await series.target(change));
      return { differences, notes: notes.map(({ code, message }) => `${code}: ${message}`) };
    }

    it.each([
      [
        'set back',
        `SELECT setval('auth.tokens_id_seq', 1)`,
        `${TOKENS} (1, called), behind (3, called): it would give values again`,
      ],
      [
        'about to give a value that is taken',
        `SELECT setval('auth.tokens_id_seq', 3, false)`,
        `${TOKENS} (3, not called), behind (3, called): it would give values again`,
      ],
      [
        'missing',
        `DROP SEQUENCE auth.tokens_id_seq CASCADE`,
        'sequence auth.tokens_id_seq is missing',
      ],
    ])('that are %s are a difference', async (_what, change, difference) => {
      const { differences } = await project.verify(await project.target(change));
      expect(differences).toContain(difference);
    });

    it.each([
      [
        'called once more',
        `SELECT nextval('auth.tokens_id_seq')`,
        `${TOKENS} (4, called), ahead of (3, called)`,
      ],
      [
        'far ahead',
        `SELECT setval('auth.tokens_id_seq', 99)`,
        `${TOKENS} (99, called), ahead of (3, called)`,
      ],
    ])('that are %s have been used: no difference, but noted', async (_what, change, words) => {
      const { differences, notes } = await project.verify(await project.target(change));
      expect(differences).toEqual([]);
      const message = `${words} in the backup: it has been used since`;
      expect(notes).toEqual([{ code: 'sequence-used', message }]);
    });

    it('that give the same value next are the same, by their increment', async () => {
      const restarted = `ALTER SEQUENCE auth.tokens_id_seq RESTART WITH 4`;
      const { differences, notes } = await project.verify(await project.target(restarted));
      expect([differences, notes]).toEqual([[], undefined]);
      const found = await sequencesAfter(
        `SELECT setval('auth.down', -16, false), setval('auth.round', 1, false)`,
      );
      expect(found).toEqual({ differences: [], notes: [] });
      const other = await sequencesAfter(`SELECT setval('auth.down', -12, false)`);
      expect(other.notes).toEqual([]);
      expect(other.differences).toEqual([
        'sequence auth.down stands at (-12, not called), behind (-11, called): it would give values again',
      ]);
    });

    it.each([
      [`SELECT nextval('auth.down')`, 'auth.down stands at (-16, called), ahead'],
      [`SELECT nextval('auth.round')`, 'auth.round stands at (1, called), ahead'],
      [`SELECT setval('auth.full', 3)`, 'auth.full stands at (3, called), ahead'],
    ])('that go down, go round or are used up can be ahead: %s', async (change, words) => {
      const { differences, notes } = await sequencesAfter(change);
      expect(differences).toEqual([]);
      expect(notes).toEqual([expect.stringContaining(words)]);
    });

    it.each([
      [`SELECT setval('auth.down', -6)`, 'auth.down stands at (-6, called), behind'],
      [`SELECT setval('auth.out', 2)`, 'auth.out stands at (2, called), behind'],
      [`SELECT setval('auth.far', 5)`, 'auth.far stands at (5, called), behind'],
    ])('that go down or were used up can be behind: %s', async (change, words) => {
      const { differences, notes } = await sequencesAfter(change);
      expect(notes).toEqual([]);
      expect(differences).toEqual([expect.stringContaining(words)]);
    });
  });

  it('finds orphans behind a constraint that calls itself valid', async () => {
    const differences = await differencesAfter(
      `SET session_replication_role = replica; UPDATE auth.tokens SET user_id = 9 WHERE user_id = 1`,
    );
    expect(differences).toContain(
      'foreign key tokens_user_id_fkey on auth.tokens: rows that point at nothing: 1',
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
      'foreign key of_pairs_fkey on auth.of_pairs: rows that point at nothing: 1',
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
    expect(differences.join('\n')).toMatch(
      /tokens_user_id_fkey on auth\.tokens: rows that point at nothing: 1/,
    );
  });

  it('finds rows in a table that the backup knows and took none of', async () => {
    const { manifest } = project;
    const without = manifest.contents.filter(({ table }) => table !== 'auth.late');
    const tables = manifest.tables.filter((table) => table !== 'auth.late');
    const target = await project.target();
    const { differences } = await project.verify(target, {
      ...manifest,
      contents: without,
      tables,
    });
    expect(differences).toEqual(['table auth.late holds 1 row, the backup none of them']);
  });

  it('finds an extra table, also one that belongs to an extension', async () => {
    const differences = await differencesAfter(
      `CREATE EXTENSION citext SCHEMA public; CREATE TABLE auth.members (id int);
       ALTER EXTENSION citext ADD TABLE auth.members`,
    );
    expect(differences).toEqual(['table auth.members is extra']);
  });
});
