import type { Case } from './case';

const moved = { moved: true } as const;

const STALE = [
  `tables:`,
  `  'auth.notes': { scope: owned, via: 'user_id -> auth.users.id' }`,
  `  'auth.visits': { scope: owned, via: 'user_id -> auth.users.id' }`,
].join('\n');

/** Cases about the names and kinds of objects. */
export const OBJECT_CASES: readonly Case[] = [
  {
    name: 'names with spaces, capitals, quotes and dots',
    inputs: ['55a-quoted-names'],
    configuration: [
      'tables:',
      `  'auth.Weird Table "q" é': { scope: owned, via: 'user id -> auth.users.id' }`,
      `  'auth.nokey': { scope: owned, via: 'user_id -> auth.users.id' }`,
    ].join('\n'),
    expected: moved,
    holds: `SELECT count(*) = 20 FROM auth."Weird Table ""q"" é"`,
  },
  {
    name: 'a foreign table that the configuration excludes',
    inputs: ['18b-foreign-excluded'],
    configuration: `tables: { 'auth.crm_users': { scope: excluded, because: 'remote' } }`,
    expected: moved,
    holds: `SELECT to_regclass('auth.crm_users') IS NULL`,
    short: true,
  },
  {
    name: 'policies that refer to what stays behind',
    inputs: ['19-policies-outside'],
    expected: { moved: true, warnings: [/p1/] },
  },
  {
    name: 'triggers in every state',
    inputs: ['20-trigger-states'],
    expected: moved,
    holds: `SELECT tgenabled = 'D' FROM pg_trigger WHERE tgname = 'a_off'`,
  },
  {
    name: 'comments, privileges and defaults of parts of objects',
    inputs: ['parts-of-objects'],
    configuration: `tables: { 'auth.visits': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: moved,
    again: true,
    holds: `SELECT col_description('auth.people'::regclass, 2) = 'of a view' AND col_description('auth.kept'::regclass, 2) = 'of a copy'
                   AND col_description('auth.place'::regclass, 1) = 'of a type'
                   AND obj_description('auth.visits_key'::regclass) = 'of an index'
                   AND obj_description('auth.visits_id_seq'::regclass) = 'of an identity'
                   AND obj_description(s.oid, 'pg_statistic_ext') = 'of statistics'
                   AND (SELECT relpersistence = 'u' FROM pg_class WHERE oid = 'auth.draft_no'::regclass)
                   AND (SELECT count(*) = 1 FROM information_schema.columns WHERE table_name = 'people' AND column_default ~ 'none')
                   AND has_column_privilege('anon', 'auth.people', 'email', 'SELECT')
                   AND has_column_privilege('anon', 'auth.kept', 'email', 'SELECT')
                   AND NOT has_table_privilege('anon', 'auth.people', 'SELECT')
                   AND has_column_privilege('service_role', 'auth.users', 'phone', 'UPDATE WITH GRANT OPTION')
                   AND has_column_privilege('anon', 'auth.users', 'phone', 'UPDATE')
              FROM pg_statistic_ext s WHERE s.stxname = 'visits_odds'`,
    short: true,
  },
  {
    name: 'rules that send inserted rows elsewhere, and triggers that a partition has in another state',
    inputs: ['rules-and-partitions'],
    configuration: [
      `tables:`,
      `  'auth.notes': { scope: owned, via: 'user_id -> auth.users.id' }`,
      `  'auth.visits': { scope: owned, via: 'user_id -> auth.users.id' }`,
    ].join('\n'),
    expected: moved,
    again: true,
    holds: `SELECT (SELECT count(*) > 0 FROM auth.notes) AND (SELECT count(*) = 1 FROM auth.visits_2 WHERE day = 12)
                   AND (SELECT count(*) = 2 FROM pg_rewrite WHERE rulename LIKE 'elsewhere%' AND ev_enabled = 'O')
                   AND (SELECT array_agg(tgenabled ORDER BY tgrelid::regclass::text) = '{O,D,A}'
                          FROM pg_trigger WHERE tgname = 'watched')`,
    short: true,
  },
  {
    name: 'a check whose function looks at rows of another table',
    inputs: ['checks-elsewhere'],
    configuration: [
      `tables:`,
      `  'auth.admins': { scope: owned, via: 'user_id -> auth.users.id' }`,
      `  'auth.members': { scope: owned, via: 'user_id -> auth.users.id' }`,
    ].join('\n'),
    expected: moved,
    again: true,
    holds: `SELECT convalidated AND obj_description(oid, 'pg_constraint') = 'no one else'
              FROM pg_constraint WHERE conname = 'admins_are_members'`,
    short: true,
  },
  {
    name: 'a multirange whose range needs a function',
    inputs: ['multirange'],
    configuration: `tables: { 'auth.stays': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: moved,
    holds: `SELECT bool_and(spans @> 1.5::float8) FROM auth.stays`,
  },
  {
    name: 'rows that their own table would not take any more',
    inputs: ['stale-rows'],
    configuration: STALE,
    expected: {
      problems: [
        /stale-rows: \d+ rows of auth\.visits would break check visits_open in the target/,
        /break check "Known" [^]*: ALTER TABLE auth\.visits DROP CONSTRAINT "Known", ADD CONSTRAINT "Known" CHECK \(auth\.known\(note\)\) NOT VALID;$/m,
        /another value in generated column loud: [^]*: UPDATE auth\.notes SET note = note;$/m,
      ],
    },
    short: true,
  },
  {
    name: 'the same, once the statements of the plan were run',
    inputs: ['stale-rows', 'stale-rows-settled'],
    configuration: STALE,
    expected: moved,
    holds: `SELECT bool_and(loud = upper(note)) FROM auth.notes`,
  },
  {
    name: 'odd objects, some of which no rule carries',
    inputs: ['97-odd-ddl'],
    configuration: `tables: { 'auth.scratch': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: {
      problems: [/cast \(auth\.aal_level/, /operator auth\.@#@/, /configuration auth\.tsc/],
    },
  },
  {
    name: 'odd but legal objects',
    inputs: ['97b-odd-ddl'],
    configuration: `tables: { 'auth.scratch': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: moved,
    holds: `SELECT 'AAL ''3' = ANY (enum_range(NULL::auth.aal_level)::text[])`,
  },
  {
    name: 'an audit log in partitions, one of them in another schema',
    inputs: ['14-partitioned-audit'],
    expected: moved,
    holds: `SELECT count(*) = 20 FROM auth.audit_log_entries WHERE created_at = '2026-06-01'`,
  },
  {
    name: 'partitions with columns of their own',
    inputs: ['partition-columns'],
    configuration: `tables: { 'auth.visits': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: moved,
    holds: `SELECT count(*) FILTER (WHERE d.adnum IS NOT NULL AND pg_get_expr(d.adbin, d.adrelid) ~ 'partition') = 1
                   AND count(*) FILTER (WHERE a.attrelid = 'auth.visits_2'::regclass AND NOT a.atthasdef) = 1
                   AND count(*) FILTER (WHERE a.attstorage = 'e' AND a.attstattarget = 55 AND a.attcompression = 'p'
                                          AND 'n_distinct=5' = ANY (a.attoptions) AND a.attacl IS NOT NULL) = 1
                   AND col_description('auth.visits_1'::regclass, 4) = 'of the partition'
                   AND (SELECT attnotnull FROM pg_attribute WHERE attrelid = 'auth.visits_1'::regclass AND attname = 'user_id')
                   AND (SELECT tgenabled = 'D' FROM pg_trigger WHERE tgrelid = 'auth.visits_2'::regclass AND tgname = 'watched')
              FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE a.attrelid IN ('auth.visits_1'::regclass, 'auth.visits_2'::regclass) AND a.attname = 'note'`,
    short: true,
  },
  {
    name: 'a partition that is half detached',
    inputs: ['partition-half-detached'],
    configuration: `tables: { 'auth.Visits': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: {
      problems: [/: ALTER TABLE auth\."Visits" DETACH PARTITION auth\."Visits 1" FINALIZE$/m],
    },
    short: true,
  },
  {
    name: 'constraints whose indexes are not valid',
    inputs: ['invalid-index-of-constraint'],
    configuration: `tables: { 'auth.visits': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: {
      problems: [
        /users_seen on auth\.users [^]*run REINDEX INDEX auth\.users_seen; then plan again$/m,
        /visits_key on auth\.visits is not valid/,
      ],
    },
    short: true,
  },
  {
    name: 'names of objects within values',
    inputs: ['names-in-values'],
    configuration: `tables: { 'auth.filters': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: {
      problems: [
        /"auth\.filters\.rule":/,
        /"auth\.filters\.rules":/,
        /"auth\.filters\.all_known":/,
      ],
    },
    short: true,
  },
  {
    name: 'names of objects within values, left behind by the lines of the plan',
    inputs: ['names-in-values'],
    configuration: [
      `tables: { 'auth.filters': { scope: owned, via: 'user_id -> auth.users.id' } }`,
      `columns:`,
      ...['rule', 'rules', 'all_known'].map(
        (name) => `  'auth.filters.${name}': { scope: excluded, because: 'made again' }`,
      ),
    ].join('\n'),
    expected: { moved: true, warnings: [/auth\.filters\.known/] },
  },
];
