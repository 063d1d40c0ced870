import type { Case } from './case';
import { OBJECT_CASES } from './object-cases';

const moved = { moved: true } as const;

const CARRIED = [
  `tables: { 'crm.notes': { scope: owned, via: 'user_id -> auth.users.id' } }`,
  `carry: ["collation public.loose", "type public.kind", "function public.plain(text)"]`,
].join('\n');

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
    again: true,
    holds: `SELECT count(*) = 2 FROM pg_constraint WHERE NOT convalidated AND connamespace = 'auth'::regnamespace`,
  },
  ...OBJECT_CASES,
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
    name: 'objects of others in the target that would have to be made',
    inputs: ['carried-from-public'],
    configuration: CARRIED,
    target: ['CREATE DATABASE :"DB"'],
    inTarget: [
      `CREATE COLLATION public.loose (provider = icu, locale = 'de'); CREATE TYPE public.kind AS ENUM ('b');
       CREATE FUNCTION public.plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
       CREATE SCHEMA crm; CREATE SEQUENCE crm.notes_n_seq; CREATE TABLE crm.others (id int CONSTRAINT taken PRIMARY KEY, kind int);
       CREATE INDEX notes_kind ON crm.others (kind)`,
    ],
    expected: {
      problems: [
        /object-exists: [^]*: collation public\.loose, function public\.plain\(text\), index crm\.notes_kind, index crm\.taken, schema crm, sequence crm\.notes_n_seq, type public\.kind; take them away or rename them there/,
      ],
    },
    short: true,
  },
  {
    name: 'objects of others in the target that need what gives way',
    inputs: ['carried-from-public'],
    configuration: CARRIED,
    request: { replace: true },
    target: ['CREATE DATABASE :"DB"'],
    inTarget: [
      `CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY); CREATE TYPE public.kind AS ENUM ('b');
       CREATE SCHEMA crm; CREATE TABLE crm.notes (user_id uuid PRIMARY KEY REFERENCES auth.users (id), kind public.kind);
       CREATE TABLE public.others (kind public.kind, note uuid REFERENCES crm.notes); CREATE VIEW public.seen AS SELECT * FROM crm.notes`,
    ],
    expected: {
      problems: [
        /schema-stays: [^]*need it: table column public\.others\.kind, table constraint others_note_fkey on public\.others, view public\.seen; drop them there/,
      ],
    },
    short: true,
  },
  {
    name: 'what a table of another schema needs, carried twice',
    inputs: ['carried-from-public'],
    configuration: CARRIED,
    expected: moved,
    again: true,
    holds: `SELECT bool_and(plain = 'a note') FROM crm.notes`,
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
