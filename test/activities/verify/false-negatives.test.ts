import type { Evidence } from '../../../workflows/domain/report';
import { execute } from '../../support/harness/databases';
import { closeScratch, openScratch, tableOf, type Scratch } from './scratch';
import { TRAPS } from './traps';

/** Types whose OIDs differ between databases, and values that session settings would print otherwise. */
const INDIFFERENT = `
  CREATE EXTENSION citext SCHEMA public;
  CREATE TYPE auth.level AS ENUM ('aal1', 'aal2');
  CREATE DOMAIN auth.short AS text CHECK (length(value) < 9);
  CREATE TABLE auth.own_types (id int PRIMARY KEY, v auth.level, w auth.level[], x auth.short);
  INSERT INTO auth.own_types VALUES (1, 'aal1', '{aal2,NULL}', 'é'), (2, NULL, '{}', '');
  CREATE TABLE auth.printed (id timestamptz PRIMARY KEY, v bytea, w float8, x interval, y date, z xml);
  INSERT INTO auth.printed VALUES ('2020-02-03 04:05:06.789012+01', '\\xdeadbeef', 1e-300::float8 / 3,
    '-1 year 2 days 03:04:05.6', '0044-03-15 BC', '<a>1</a>'), ('infinity', '', 'NaN', '0', 'infinity', '');`;

const OTHER_SETTINGS = [
  'TimeZone',
  'DateStyle',
  'IntervalStyle',
  'bytea_output',
  'extra_float_digits',
]
  .map(
    (name, i) =>
      [name, ['Asia/Kathmandu', 'SQL, DMY', 'iso_8601', 'escape', '-15'][i] ?? ''] as const,
  )
  .map(([name, value]) => `ALTER DATABASE :db SET ${name} = '${value}'`);

describe.each(['json', 'copy'] as const)('false negatives (%s)', (format) => {
  let scratch: Scratch;
  let changed: Evidence;
  let untouched: Evidence;
  beforeAll(async () => {
    scratch = await openScratch([INDIFFERENT, ...TRAPS.map(([, , made]) => made)].join(';'), {
      format,
    });
    const [first, second] = [
      await scratch.target(TRAPS.map(([, , , change]) => change).join(';')),
      await scratch.target(),
    ];
    for (const statement of OTHER_SETTINGS)
      await execute('postgres', statement.replace(':db', second));
    changed = await scratch.verify(first);
    untouched = await scratch.verify(second);
  });
  afterAll(closeScratch);

  it.each(TRAPS)('finds %s', (_what, table) => {
    const found = tableOf(changed, `auth.${table}`);
    expect(found?.rows).toBe(found?.targetRows);
    expect(found?.equal).toBe(false);
  });

  it('tells the rows apart in each of them', () => {
    for (const [, table] of TRAPS) {
      const { apart } = tableOf(changed, `auth.${table}`) ?? {};
      const { changed: rows = 0, missing = 0, extra = -1 } = apart ?? {};
      expect({ table, found: rows + missing > 0, balanced: missing === extra }).toEqual({
        table,
        found: true,
        balanced: true,
      });
    }
  });

  it('finds nothing else', () => {
    const equal = changed.tables.filter((found) => found.equal).map(({ table }) => table);
    expect(equal).toEqual(['auth.own_types', 'auth.printed']);
    expect(changed.differences).toHaveLength(TRAPS.length);
  });

  it('raises no false alarm over OIDs of types and the settings of a database', () => {
    expect(untouched.differences).toEqual([]);
    expect(untouched.tables.filter(({ equal }) => !equal)).toEqual([]);
  });
});

describe('extra tables at the target', () => {
  afterAll(closeScratch);

  it('are named, and so are their rows', async () => {
    const scratch = await openScratch('CREATE TABLE auth.one (id int PRIMARY KEY)', {
      format: 'json',
    });
    const target = await scratch.target(
      'CREATE TABLE auth.two (id int PRIMARY KEY); INSERT INTO auth.two VALUES (1), (2)',
    );
    const { differences, tables } = await scratch.verify(target);
    expect(differences).toEqual([
      'table auth.two is extra',
      'table auth.two holds 2 rows, the backup none of them',
    ]);
    expect(tables.at(-1)).toMatchObject({ table: 'auth.two', targetRows: 2, equal: false });
  });
});
