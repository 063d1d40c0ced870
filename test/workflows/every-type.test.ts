import { execute, query } from '../support/harness/databases';
import { openTestbed, type Testbed } from '../support/harness/testbed';

/** Values of every built-in type that a column can have: what is odd about a type is in one of them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  aclitem: ['postgres=r/postgres'],
  bit: ['1'],
  bool: ['t', 'f'],
  box: ['(1,2),(-0,NaN)'],
  bpchar: ['a  ', '', ' '],
  bytea: ['\\x00ff0a5c', ''],
  char: ['', 'x', '"'],
  cid: ['7'],
  cidr: ['::/0', '10.0.0.0/8'],
  circle: ['<(1,2),NaN>'],
  date: ['infinity', '4713-01-01 BC', '2024-02-29'],
  datemultirange: ['{[2024-01-01,2024-02-01),[2025-01-01,)}', '{}'],
  daterange: ['[-infinity,2024-01-01)', 'empty'],
  float4: ['-0', 'NaN', '1.17549435e-38'],
  float8: ['-0', 'Infinity', '1e-323', '0.1'],
  inet: ['10.1.2.3', '10.1.2.3/8', '::1'],
  int2: ['-32768'],
  int2vector: ['1 2 3', ''],
  int4: ['-2147483648'],
  int4multirange: ['{[1,3),[5,)}'],
  int4range: ['[1,)', 'empty'],
  int8: ['-9223372036854775808'],
  int8multirange: ['{(,1)}'],
  int8range: ['(,)'],
  interval: ['-178000000 years 3 mons -4 days 05:06:07.000001', '24:00', '1 day'],
  json: [' {"a":1, "a" : 2} ', 'null', '"\\u0000"'],
  jsonb: ['{"b": 1.00, "a": null}', 'null', '"x"'],
  jsonpath: ['$.a[*] ? (@ > 1)'],
  line: ['{1,-0,3}'],
  lseg: ['[(1,2),(3,4)]'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  money: ['-92233720368547758.08'],
  name: ['a "b"', ''],
  numeric: ['1.00', 'NaN', '-Infinity', '1e-16000'],
  nummultirange: ['{[1.50,2),(3,]}'],
  numrange: ['[1.0,1.00]'],
  oid: ['4294967295'],
  oidvector: ['26 23', ''],
  path: ['((1,2),(3,4))', '[(1,2)]'],
  pg_lsn: ['FFFFFFFF/FFFFFFFF'],
  pg_snapshot: ['10:20:10,14,15'],
  point: ['(NaN,-0)'],
  polygon: ['((0,0),(1e308,1))'],
  refcursor: ['c"1'],
  regclass: ['auth.users', 'pg_class', '99999999', '-'],
  regcollation: ['"C"'],
  regconfig: ['simple'],
  regdictionary: ['simple'],
  regnamespace: ['storage'],
  regoper: ['1284'],
  regoperator: ['=(integer,integer)'],
  regproc: ['1299', 'now'],
  regprocedure: ['now()', 'auth.uid()'],
  regrole: ['postgres'],
  regtype: ['integer[]', 'auth.aal_level'],
  text: ['\u0001\u007f\u{10ffff}', '', '{"', 'null'],
  tid: ['(4294967294,65535)'],
  time: ['24:00:00', '12:00:00.000001'],
  timestamp: ['-infinity', '0044-01-01 BC', '294276-12-31 23:59:59.999999'],
  timestamptz: ['infinity', '0044-01-01 BC', '2024-01-01 12:00+05:30'],
  timetz: ['24:00:00-15:59'],
  tsmultirange: ['{[2024-01-01,infinity)}'],
  tsquery: ['a & !b:*', ''],
  tsrange: ['[2024-01-01 00:00:00.000001,)'],
  tstzmultirange: ['{}'],
  tstzrange: ['(,2024-01-01 12:00+01]'],
  tsvector: ["'a ''b':3A", ''],
  txid_snapshot: ['10:20:10,14,15'],
  uuid: ['00000000-0000-0000-0000-000000000000'],
  varbit: ['', '101'],
  varchar: ['a  ', ''],
  xid: ['4294967295'],
  xid8: ['18446744073709551615'],
  xml: ['<a b="1">é&amp;<![CDATA[]]></a>', '', ' '],
};

/** Built-in types of which nobody can write a value. */
const INTERNAL = [
  ...['gtsvector', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary', 'pg_dependencies'],
  ...['pg_mcv_list', 'pg_ndistinct', 'pg_node_tree'],
];

/** What can be made of a type, each a table with one row for a value and one for NULL. */
const MAKINGS: Readonly<
  Record<string, (type: string, value: string) => readonly [string, string]>
> = {
  plain: (type, value) => [type, `${value}::${type}`],
  array: (type, value) => [`${type}[]`, `ARRAY[${value}, NULL, ${value}]::${type}[]`],
  from_0: (type, value) => [`${type}[]`, `array_fill(${value}::${type}, ARRAY[2, 1], ARRAY[0, 5])`],
  domain: (type, value) => [`auth.d_${bare(type)}`, `${value}::${type}`],
  domains: (type, value) => [
    `auth.d_${bare(type)}[]`,
    `ARRAY[${value}::${type}::auth.d_${bare(type)}, NULL]`,
  ],
  nested: (type, value) => [`auth.n_${bare(type)}`, `ARRAY[${value}::${type}]`],
  pair: (type, value) => [
    `auth.c_${bare(type)}`,
    `ROW(NULL, ${value}::${type})::auth.c_${bare(type)}`,
  ],
  pairs: (type, value) => [
    `auth.c_${bare(type)}[]`,
    `ARRAY[ROW(1, ${value}::${type})::auth.c_${bare(type)}, NULL, ROW(NULL, NULL)]::auth.c_${bare(type)}[]`,
  ],
};

function bare(type: string): string {
  return type.replaceAll('"', '');
}

const TYPES = Object.entries(VALUES);
const ROWS = Math.max(...TYPES.map(([, values]) => values.length));

/** The plan refuses names of objects within other values (`object-numbers`). */
const WITHIN: ReadonlySet<string> = new Set(['domains', 'pair', 'pairs']);

function typesOf(making: string): typeof TYPES {
  return WITHIN.has(making) ? TYPES.filter(([name]) => !name.startsWith('reg')) : TYPES;
}

function sqlName(name: string): string {
  return name === 'char' ? '"char"' : name;
}

/** Types made of each; then one table for each making, with a column for each type. */
const DDL = [
  ...TYPES.map(
    ([name]) => `CREATE DOMAIN auth.d_${name} AS ${sqlName(name)};
      CREATE DOMAIN auth.n_${name} AS ${sqlName(name)}[];
      CREATE TYPE auth.c_${name} AS (n int, v ${sqlName(name)});`,
  ),
  ...Object.entries(MAKINGS).map(([making, make]) => {
    const columns = typesOf(making).map(([name]) => `of_${name} ${make(sqlName(name), '')[0]}`);
    const rows = Array.from({ length: ROWS }, (_, n) => {
      const values = typesOf(making).map(([name, of]) => {
        const value = (of[n % of.length] ?? '').replaceAll("'", "''");
        return make(sqlName(name), `'${value}'`)[1];
      });
      return `(${String(n)}, ${values.join(', ')})`;
    });
    return `CREATE TABLE auth.${making} (id int PRIMARY KEY, ${columns.join(', ')});
      INSERT INTO auth.${making} VALUES ${rows.join(', ')}; INSERT INTO auth.${making} VALUES (99);`;
  }),
].join('\n');

let bed: Testbed;
beforeAll(async () => {
  bed = await openTestbed();
  await execute(bed.source, DDL);
  const tables = Object.keys(MAKINGS).map(
    (making) => [`auth.${making}`, { scope: 'bookkeeping' }] as const,
  );
  const { settings } = bed.configured;
  const scopes = { ...settings.scopes, tables: Object.fromEntries(tables) };
  bed.configured.settings = { ...settings, scopes };
});
afterAll(() => bed.close());

/** Objects are carried by their numbers. */
const FORMS_OF_OBJECTS: Readonly<Record<string, string>> = {
  ...{ plain: '::oid', domain: '::oid' },
  ...{ array: '::oid[]', from_0: '::oid[]', nested: '::oid[]' },
};

/** Every value as PostgreSQL prints it, and the numbers of objects in their columns. */
async function printed(database: string): Promise<Readonly<Record<string, unknown>>> {
  const found: [string, unknown][] = [];
  for (const making of Object.keys(MAKINGS)) {
    const form = FORMS_OF_OBJECTS[making] ?? '';
    const values = typesOf(making).map(([name]) => {
      const value = `of_${name}${name.startsWith('reg') ? form : ''}`;
      return `record_out(ROW(${value})) AS of_${name}`;
    });
    const rows = await query(
      database,
      `SELECT id, ${values.join(', ')} FROM auth.${making} ORDER BY id`,
    );
    found.push([making, rows]);
  }
  return Object.fromEntries(found);
}

describe('values of every built-in type, its arrays, domains and rows', () => {
  it('are all here', async () => {
    const types = await query<{ name: string }>(
      bed.source,
      `SELECT typname::text AS name FROM pg_type AS t
        WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm', 'd', 'e')
          AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid)`,
    );
    const known = [...Object.keys(VALUES), ...INTERNAL];
    expect(types.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(['json', 'copy'] as const)(
    'arrive exactly from a backup in format %s',
    async (format) => {
      const { settings } = bed.configured;
      bed.configured.settings = { ...settings, backup: { ...settings.backup, format } };
      const project = bed.nextProject();
      const ending = await bed.run('migrateProject', project);
      expect(ending.message).toBe('');
      expect(await printed(project.databaseName)).toEqual(await printed(bed.source));
    },
  );
});
