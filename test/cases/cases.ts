import type { Case } from './case';

const moved = { moved: true } as const;

/** The cases, by what they are about. */
export const CASES: readonly Case[] = [
  // Rows
  {
    name: 'JSON text with an escaped NUL',
    inputs: ['01-audit-json-nul'],
    expected: moved,
    holds: `SELECT count(*) = 1 FROM auth.audit_log_entries WHERE position('bad \\u0000 name' IN payload::text) > 0`,
    short: true,
  },
  {
    name: 'arrays with lower bounds, NULLs and two dimensions',
    inputs: ['04-array-lower-bounds'],
    expected: moved,
    holds: `SELECT array_dims(allowed_mime_types) = '[0:1]' FROM storage.buckets WHERE id = 'project-abc-avatars'`,
  },
  {
    name: 'a table with a column of nearly every type',
    inputs: ['109-odd-types'],
    configuration: `tables: { 'auth.odd': { scope: owned, via: 'user_id -> auth.users.id' } }`,
    expected: moved,
    holds: `SELECT count(*) >= 20 AND bool_and(c36::text = '1 2 3') FROM auth.odd WHERE c36 IS NOT NULL`,
  },
  {
    name: 'twenty thousand buckets and a hundred thousand objects',
    inputs: ['80-many-buckets'],
    expected: moved,
    holds: `SELECT count(*) >= 100000 FROM storage.objects`,
  },
  {
    name: 'a database in LATIN1',
    inputs: ['70-latin'],
    encoding: 'LATIN1',
    expected: moved,
    holds: `SELECT count(*) = 1 FROM storage.objects WHERE name = 'café ÿ.png'`,
  },
  // Indexes, sequences, constraints
  {
    name: 'an index left invalid by CREATE INDEX CONCURRENTLY',
    inputs: ['12-invalid-index'],
    expected: { moved: true, warnings: [/users_half/] },
    holds: `SELECT to_regclass('auth.users_half') IS NULL`,
    short: true,
  },
  {
    name: 'a unique index that lies',
    inputs: ['13-broken-unique'],
    expected: { problems: [/refresh_tokens_token_unique[^]*REINDEX/] },
    short: true,
  },
  {
    name: 'a sequence at its maximum',
    inputs: ['93b-sequence-max'],
    expected: moved,
    holds: `SELECT last_value = 9223372036854775807 AND is_called FROM auth.refresh_tokens_id_seq`,
    short: true,
  },
  {
    name: 'constraints that are not validated',
    inputs: ['54-not-valid'],
    expected: moved,
    holds: `SELECT count(*) = 2 FROM pg_constraint WHERE NOT convalidated AND connamespace = 'auth'::regnamespace`,
  },
  // Names and kinds of objects
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
  // What stands outside
  {
    name: 'columns that need a table and an enum of public',
    inputs: ['16-tenant-fk-and-enum'],
    expected: { problems: [/member_kind/] },
    short: true,
  },
  {
    name: 'columns that need functions and a sequence of public',
    inputs: ['17-outside-functions'],
    expected: { problems: [/user_no/, /norm/] },
  },
  {
    name: 'a new table that refers to a shared one',
    inputs: ['new-table-of-shared'],
    expected: { problems: [/scim_groups/] },
    short: true,
  },
  // Roles and rights
  {
    name: 'schemas of one role and objects of others, moved by neither',
    inputs: ['owner-differs'],
    role: 'operator',
    expected: moved,
    short: true,
  },
  {
    name: 'an operator who is a member of the service roles',
    inputs: ['31-member'],
    role: 'r_member',
    // Nothing of the project hangs on default privileges: they are left to a superuser, by their statements.
    expected: {
      moved: true,
      warnings: [/left-to-superuser: [^]*ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" [^]*;/],
    },
  },
  {
    name: 'a role with standard_conforming_strings off',
    inputs: ['39a-scs-off'],
    role: 'r_member',
    expected: moved,
    short: true,
  },
  // What stands in the target
  {
    name: 'an extension that the target has in another schema',
    inputs: ['extension-of-a-column'],
    target: ['CREATE DATABASE :"DB"'],
    inTarget: ['CREATE EXTENSION "uuid-ossp" SCHEMA public'],
    expected: {
      problems: [
        /: CREATE SCHEMA extensions; ALTER EXTENSION "uuid-ossp" SET SCHEMA extensions;$/m,
      ],
    },
    short: true,
  },
  {
    name: 'the same, once the statements of the plan were run',
    inputs: ['extension-of-a-column'],
    target: ['CREATE DATABASE :"DB"'],
    inTarget: [
      'CREATE EXTENSION "uuid-ossp" SCHEMA public',
      'CREATE SCHEMA extensions; ALTER EXTENSION "uuid-ossp" SET SCHEMA extensions;',
    ],
    expected: moved,
  },
  {
    name: 'a target that accepts no connections',
    inputs: [],
    target: ['CREATE DATABASE :"DB" ALLOW_CONNECTIONS false'],
    expected: { problems: [/ALTER DATABASE "target_\w+" ALLOW_CONNECTIONS true;$/m] },
  },
  // Settings of the database
  {
    name: 'settings that only some roles may read, moved by one of the others',
    inputs: ['owner-differs', 'hidden-settings'],
    role: 'operator',
    expected: { moved: true, warnings: [/dynamic_library_path/, /session_preload_libraries/] },
    short: true,
  },
  {
    name: 'the secret of every self-hosted stack in a setting',
    inputs: ['51a-jwt-setting'],
    expected: moved,
    holds: `SELECT current_setting('app.settings.jwt_secret') = 'a-secret-of-at-least-thirty-two-characters'`,
    secret: 'a-secret-of-at-least',
    short: true,
  },
  {
    name: 'settings that bite the mover itself',
    inputs: ['51-db-timeouts'],
    expected: moved,
    holds: `SELECT current_setting('app.jwt_secret') = 's3cret' AND current_setting('statement_timeout') = '300ms'`,
    secret: 's3cret',
    short: true,
  },
  {
    name: 'a source that is frozen by a setting',
    inputs: ['50-frozen-source'],
    expected: { moved: true, warnings: [/default_transaction_read_only/] },
    holds: `SELECT current_setting('default_transaction_read_only') = 'off'`,
    short: true,
  },
];
