import { tablesWithStatistics } from '../../../../activities/postgres/catalog/builds';
import type { Build } from '../../../../activities/postgres/schema';
import {
  createDatabase,
  dropDatabases,
  execute,
  withSession,
} from '../../../support/harness/databases';

const LOWER: Build = {
  ...{ table: 'auth.named', name: 'named_lower', kind: 'index' },
  statement: 'CREATE INDEX named_lower ON auth.named (lower(words))',
};

describe('the statistics of a table', () => {
  afterAll(() => dropDatabases());

  it('are there if ANALYZE ran behind all that it can learn of', async () => {
    const database = await createDatabase('statistics');
    const names = ['plain', 'named', 'never', 'more', 'expression', 'wished'];
    await execute(
      database,
      `CREATE SCHEMA auth;
       ${names
         .map(
           (name) =>
             `CREATE TABLE auth.${name} (id int PRIMARY KEY, words text);
              INSERT INTO auth.${name} SELECT n, 'word ' || n FROM generate_series(1, 100) AS n;`,
         )
         .join('\n')}
       ${LOWER.statement};
       ANALYZE auth.plain, auth.named, auth.more, auth.expression, auth.wished;
       CREATE INDEX ON auth.never (words);
       CREATE STATISTICS auth.together ON id, words FROM auth.more;
       CREATE INDEX ON auth.expression (lower(words));
       CREATE INDEX wished_lower ON auth.wished (lower(words));
       ALTER INDEX auth.wished_lower ALTER COLUMN 1 SET STATISTICS 500`,
    );
    const wished = { ...LOWER, table: 'auth.wished', name: 'wished_lower' };
    const found = await withSession(database, (client) =>
      tablesWithStatistics(
        client,
        names.map((name) => `auth.${name}`),
        [LOWER, wished],
      ),
    );
    expect([...found].sort()).toEqual(['auth.named', 'auth.plain']);
  });
});
