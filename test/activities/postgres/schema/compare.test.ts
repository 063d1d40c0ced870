import { compareSchemas } from '../../../../activities/postgres/schema';
import type { SchemaScript } from '../../../../activities/postgres/schema';
import { createRoles, Databases, ddl, read } from './databases';

const databases = new Databases();
let template: string;
let original: SchemaScript;
let bare: string;
let differences: readonly string[];

beforeAll(async () => {
  await createRoles();
  template = await databases.create(ddl('small-studio.sql'));
  original = await read(template);
  bare = await databases.create('CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid NOT NULL)');
  const changes = DIFFERENCES.map(([change]) => `${change};`).join('\n');
  differences = compareSchemas(original, await read(await databases.create(changes, template)));
});
afterAll(() => databases.dropAll());

/** What is changed, and how its line of the comparison must begin. */
const DIFFERENCES: readonly (readonly [change: string, line: string])[] = [
  [
    'ALTER TABLE auth.users ALTER is_sso_user SET DEFAULT true',
    'default of auth.users.is_sso_user: expr is "true", was "false"',
  ],
  ['ALTER TABLE auth.users ALTER phone DROP DEFAULT', 'default of auth.users.phone is missing'],
  [
    'ALTER TABLE auth.users ALTER is_sso_user DROP NOT NULL',
    'column auth.users.is_sso_user: notNull is "false"',
  ],
  [
    'ALTER TABLE auth.refresh_tokens ALTER token TYPE varchar(9)',
    'column auth.refresh_tokens.token: type is "character varying(9)"',
  ],
  ['ALTER TABLE auth.users ADD extra text', 'column auth.users.extra is extra'],
  [
    "DROP VIEW storage.bucket_names; CREATE VIEW storage.bucket_names WITH (security_invoker = true) AS SELECT id, name FROM storage.buckets WHERE id <> ''",
    'view storage.bucket_names: def is',
  ],
  [
    'ALTER TABLE storage.objects DROP path_tokens, ADD path_tokens text[] GENERATED ALWAYS AS (string_to_array(name, chr(46))) STORED',
    'column storage.objects.path_tokens: generatedExpr is',
  ],
  ['CREATE TABLE storage.extra (id int PRIMARY KEY)', 'table storage.extra is extra'],
  [
    'ALTER TABLE storage.objects DISABLE TRIGGER update_objects_updated_at',
    'trigger update_objects_updated_at on storage.objects: enabled is "D", was "O"',
  ],
  [
    'DROP TRIGGER only_on_replica ON storage.buckets',
    'trigger only_on_replica on storage.buckets is missing',
  ],
  ['ALTER TABLE auth.users DISABLE ROW LEVEL SECURITY', 'table auth.users: rowSecurity is "false"'],
  [
    'ALTER TABLE storage.buckets NO FORCE ROW LEVEL SECURITY',
    'table storage.buckets: forceRowSecurity is "false"',
  ],
  [
    'ALTER POLICY inserts ON storage.objects WITH CHECK (true)',
    'policy inserts on storage.objects: checkExpr is "true"',
  ],
  [
    'ALTER POLICY "own folder" ON storage.objects TO PUBLIC',
    'policy "own folder" on storage.objects: roles is',
  ],
  ['GRANT INSERT ON auth.users TO anon', 'privileges of anon on table auth.users is extra'],
  [
    'REVOKE SELECT (email) ON auth.users FROM authenticated',
    'privileges of authenticated on table auth.users (email) is missing',
  ],
  ["ALTER TYPE auth.factor_type RENAME VALUE 'phone' TO 'sms'", 'type auth.factor_type: values is'],
  [
    'ALTER TABLE auth.refresh_tokens DROP CONSTRAINT refresh_tokens_user_id_fkey, ADD CONSTRAINT refresh_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users (id) ON DELETE CASCADE NOT VALID',
    'constraint refresh_tokens_user_id_fkey on auth.refresh_tokens: def is',
  ],
  ['DROP INDEX storage.name_prefix_search', 'index storage.name_prefix_search is missing'],
  [
    'DROP INDEX auth.users_email_partial_key; CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email)',
    'index auth.users_email_partial_key: def is',
  ],
  [
    'ALTER TABLE auth.users OWNER TO postgres',
    'table auth.users: owner is "postgres", was "supabase_auth_admin"',
  ],
  ['ALTER SCHEMA auth OWNER TO postgres', 'schema auth: owner is "postgres"'],
  [
    "CREATE OR REPLACE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN string_to_array(name, '|'); END $$",
    'function storage.foldername(text): def differs',
  ],
  [
    'ALTER SEQUENCE auth.refresh_tokens_id_seq INCREMENT BY 3',
    'sequence auth.refresh_tokens_id_seq: increment is "3", was "1"',
  ],
  [
    'ALTER SEQUENCE auth.refresh_tokens_id_seq OWNED BY NONE',
    'sequence auth.refresh_tokens_id_seq: ownedBy is not set',
  ],
  [
    'ALTER TABLE auth.users ALTER raw_user_meta_data SET STORAGE MAIN',
    'column auth.users.raw_user_meta_data: storage is "MAIN"',
  ],
  [
    'ALTER TABLE auth.refresh_tokens ALTER token SET COMPRESSION default',
    'column auth.refresh_tokens.token: compression is not set',
  ],
  [
    'ALTER TABLE auth.users ALTER email SET STATISTICS 7',
    'column auth.users.email: statistics is "7"',
  ],
  ['ALTER TABLE auth.users ALTER confirmed_at DROP EXPRESSION', 'column auth.users.confirmed_at: '],
  ["COMMENT ON TABLE auth.users IS 'else'", 'comment on table auth.users: text is "else"'],
  [
    'DROP STATISTICS auth.users_statistics',
    'table auth.users: statistics users_statistics is not set',
  ],
  [
    'REVOKE USAGE ON SEQUENCE auth.counters_id_seq FROM anon',
    'column auth.counters.id: sequencePrivileges is',
  ],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE supabase_storage_admin IN SCHEMA storage REVOKE SELECT ON TABLES FROM anon',
    'default privileges of anon on tables of supabase_storage_admin in storage is missing',
  ],
  [
    'ALTER DOMAIN auth.short_text DROP CONSTRAINT short_text_length',
    'constraint short_text_length on auth.short_text is missing',
  ],
];

describe('compareSchemas', () => {
  it.each(DIFFERENCES)('finds %s', (_, line) => {
    expect(differences.filter((found) => found.startsWith(line))).toHaveLength(1);
  });

  it('reports nothing that was not changed', async () => {
    const one = await databases.create('ALTER TABLE auth.users ALTER id DROP NOT NULL', bare);
    expect(compareSchemas(await read(bare), await read(one))).toEqual([
      'column auth.users.id: notNull is "false", was "true"',
    ]);
  });

  it('compares with a recorded snapshot as with the database that it was taken of', async () => {
    const changed = await read(await databases.create('DROP TABLE auth.counters', template));
    expect(compareSchemas(original.snapshot, original)).toEqual([]);
    expect(compareSchemas(original.snapshot, changed)).toEqual(['table auth.counters is missing']);
    expect(compareSchemas(changed, original.snapshot)).toEqual(['table auth.counters is extra']);
    expect(changed.digest).not.toBe(original.digest);
  });

  it('does not mind where columns stand, nor OIDs, nor rows', async () => {
    const moved = await databases.create(
      `ALTER TABLE auth.users DROP phone_confirmed_at CASCADE;
       ALTER TABLE auth.users ADD phone_confirmed_at timestamptz;
       ALTER TABLE auth.users ADD confirmed_at timestamptz GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED;
       INSERT INTO storage.buckets VALUES ('a', 'b')`,
      template,
    );
    expect(compareSchemas(original, await read(moved))).toEqual([]);
  });

  it('says what is wrong with a snapshot that it cannot read', () => {
    expect(() => compareSchemas('{', original)).toThrow('not JSON');
    expect(() => compareSchemas('{"format":"else"}', original)).toThrow('moveout-schema/1');
  });
});
