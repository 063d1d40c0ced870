import { inlined } from '../../../activities/postgres/configured-query';
import { queryRelated } from '../../../activities/postgres/configured-query';
import { readRows } from '../../../activities/postgres/configured-query';
import { readStatement } from '../../../workflows/domain/statement';
import { Databases, withClient } from './schema/databases';

const databases = new Databases();
let database: string;

beforeAll(async () => {
  database = await databases.create(`
    CREATE TABLE public.projects (ref text, database text, owner text);
    INSERT INTO public.projects VALUES ('one', 'a', 'o'), ('two', 'b', 'o')`);
});
afterAll(() => databases.dropAll());

/** What a statement yields for the ref `it's`, each as PostgreSQL itself would read it. */
const READ: readonly (readonly [sql: string, yields: string])[] = [
  [`select $1 as x; -- the ref`, `it's`],
  [`select $1 as x /* the /* ref */ ; */ ;;  /* end */`, `it's`],
  [`-- first\nselect $1 as x -- $1; select 2`, `it's`],
  [`select '$1;' || $1 as x`, `$1;it's`],
  [`select $q$ $1; ' -- $q$ || $1 as x`, ` $1; ' -- it's`],
  [`select $$ $1 $x$ $$ as x`, ` $1 $x$ `],
  [`select E'a\\'; $1' as x;`, `a'; $1`],
  [`select E'a'\n'\\'; $1' as x;`, `a'; $1`],
  [`select 'a\\' || $1 as x`, `a\\it's`],
  [`select U&'\\0061;$1' as x`, `a;$1`],
  [`select "a$1;" as x from (select 'of a column' as "a$1;") as s`, 'of a column'],
  [`select a$1 as x from (select 'a name' as a$1) as s`, 'a name'],
  [`select é$1 as x from (select 'a name' as é$1) as s`, 'a name'],
  [`select $1::text||$1 as x`, `it'sit's`],
  [`(select $1 as x)`, `it's`],
  [`with w as (select $1 as x) select * from w`, `it's`],
  [`values ($1)`, `it's`],
];

const REFUSED: readonly (readonly [sql: string, why: RegExp])[] = [
  ['', /must be a select/],
  ['-- nothing', /must be a select/],
  ['delete from auth.users', /must be a select statement \(line 1, column 1\)/],
  ['select 1; select 2', /second one begins \(line 1, column 11\)/],
  [`select 'a''`, /' is opened and never closed \(line 1, column 8\)/],
  [`select 1\n  /* a /* b */`, /\/\* is opened and never closed \(line 2, column 3\)/],
  ['select $a$ x $b$', /\$a\$ is opened and never closed/],
  ['select "a', /" is opened/],
  ['select 1) as q, (select 2', /this \) closes nothing \(line 1, column 9\)/],
  ['select (1', /this \( is never closed/],
  ['select $2', /has no \$2/],
];

describe('a configured statement', () => {
  it.each(READ)('is read as PostgreSQL reads it: %s', async (sql, yields) => {
    const found = await withClient(database, async (client) => {
      const result = await client.query<{ x: string }>({
        text: `SELECT q.x FROM (${inlined(sql, `'it''s'`)}) AS q (x)`,
      });
      return result.rows;
    });
    expect(found).toEqual([{ x: yields }]);
  });

  it.each(REFUSED)('is refused with the reason and the place: %s', (sql, why) => {
    const read = readStatement(sql);
    expect('problem' in read ? read.problem : sql).toMatch(why);
  });

  it('over projects may end like any other, alone and with those that are related', async () => {
    const sql = `select ref, database, owner from projects where ref <> ';$' ; -- all`;
    await withClient(database, async (client) => {
      expect(await readRows(client, sql)).toHaveLength(2);
      const related = { projectRef: 'one', databaseName: 'a' };
      expect(await queryRelated(client, sql, related)).toHaveLength(1);
    });
  });

  it.each([
    [
      'select ref,\n  datbase from projects',
      /^projects\.query: PostgreSQL refuses the statement: column "datbase" does not exist \(line 2, column 3\) \[SQLSTATE 42703\]$/,
    ],
    ['select ref frm projects p', /syntax error at or near "projects" \(line 1, column 16\)/],
  ])('is refused in the words of PostgreSQL: %s', async (sql, words) => {
    await withClient(database, async (client) => {
      await expect(readRows(client, sql)).rejects.toThrow(words);
      const related = { projectRef: 'one', databaseName: 'a' };
      await expect(queryRelated(client, sql, related)).rejects.toThrow(words);
    });
  });

  it('says what it must yield where that is missing', async () => {
    await withClient(database, async (client) => {
      const related = { projectRef: 'one', databaseName: 'a' };
      await expect(queryRelated(client, 'select 1 as ref', related)).rejects.toThrow(
        /it must yield the columns ref, database and owner/,
      );
    });
  });
});
