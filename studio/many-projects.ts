import { Client } from 'pg';
import { roleScripts, schemaScripts } from './sql-files';

/** How many rows each project of the studio has. */
export const SIZES = { users: 150, sessions: 45, refreshTokens: 90, buckets: 10, objects: 500 };

/** One project of the studio, as `public.projects` lists it. */
export interface SmallProject {
  readonly ref: string;
  readonly database: string;
  readonly owner: string;
}

/** What tells whose users and buckets are whose: two tables with an index that begins with the project. */
export const TENANCY = {
  users: {
    by: 'query',
    sql: 'SELECT m.user_id AS id FROM public.memberships AS m WHERE m.project = $1::text',
  },
  buckets: {
    by: 'query',
    sql: 'SELECT b.bucket_id AS id FROM public.bucket_owners AS b WHERE b.project = $1::text',
  },
} as const;

/** The statement that lists the studio's projects. */
export const PROJECTS = 'SELECT ref, database, owner FROM public.projects';

const TENANCY_TABLES = `
  CREATE TABLE public.memberships (project text, user_id uuid, PRIMARY KEY (project, user_id));
  CREATE TABLE public.bucket_owners (project text, bucket_id text, PRIMARY KEY (project, bucket_id));`;

/**
 * Fills an empty database with the schemas of a shared studio and this many projects, set by set. Every
 * project is named `<prefix>-00001` and so on, and is of the same size.
 */
export async function makeSource(url: string, projects: number, prefix: string): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'moveout studio' });
  await client.connect();
  try {
    for (const statement of sourceStatements(projects, prefix)) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** All that makes such a source: the same statements give the same rows. */
export function sourceStatements(projects: number, prefix: string): readonly string[] {
  return [
    ...[...roleScripts(), 'BEGIN', ...schemaScripts(), TENANCY_TABLES],
    ...[...fill(projects, prefix), 'COMMIT', 'VACUUM ANALYZE'],
  ];
}

/** The rows of all projects, table by table; a key is made from the project's number and the row's. */
function fill(projects: number, prefix: string): readonly string[] {
  const { users, sessions, refreshTokens, buckets, objects } = SIZES;
  const each = (count: number): string =>
    `FROM generate_series(1, ${String(projects)}) AS p, generate_series(1, ${String(count)}) AS i`;
  const ref = `'${prefix}-' || lpad(p::text, 5, '0')`;
  const id = (kind: string, row = 'i'): string => `md5('${kind} ' || p || ' ' || ${row})::uuid`;
  const user = id('user', `(i - 1) % ${String(users)} + 1`);
  const session = id('session', `(i - 1) % ${String(sessions)} + 1`);
  const tokenUser = id('user', `(i - 1) % ${String(sessions)} + 1`);
  const bucket = `${ref} || '-bucket-' || ((i - 1) % ${String(buckets)} + 1)`;
  const time = `timestamptz '2025-01-01 00:00:00Z' + i * interval '1 minute'`;
  return [
    'ALTER TABLE auth.users DISABLE TRIGGER USER',
    'ALTER TABLE storage.objects DISABLE TRIGGER USER',
    `INSERT INTO public.projects (ref, database, owner, instance_id)
     SELECT ${ref}, replace(${ref}, '-', '_'), 'owner-' || p, ${id('instance', '1')}
       FROM generate_series(1, ${String(projects)}) AS p, (VALUES (1)) AS one (i)`,
    `INSERT INTO auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
            confirmation_token, recovery_token, email_change_token_new, email_change,
            raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
     SELECT '00000000-0000-0000-0000-000000000000', ${id('user')}, 'authenticated', 'authenticated',
            'user' || i || '@' || ${ref} || '.example', '$2a$10$' || md5(p || ':' || i) || md5(i::text), ${time},
            '', '', '', '',
            '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', 'User ' || i), ${time}, ${time}
       ${each(users)}`,
    `INSERT INTO public.memberships SELECT ${ref}, ${id('user')} ${each(users)}`,
    `INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
     SELECT ${id('user')}::text, ${id('user')}, jsonb_build_object('sub', ${id('user')},
            'email', 'user' || i || '@' || ${ref} || '.example'), 'email', ${time}, ${time}
       ${each(users)}`,
    `INSERT INTO auth.sessions (id, user_id, created_at, updated_at, aal, user_agent)
     SELECT ${id('session')}, ${user}, ${time}, ${time}, 'aal1', 'Mozilla/5.0 (X11; Linux x86_64)'
       ${each(sessions)}`,
    `INSERT INTO auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, session_id)
     SELECT '00000000-0000-0000-0000-000000000000', md5('token ' || p || ' ' || i), ${tokenUser}::text, false, ${time}, ${time}, ${session}
       ${each(refreshTokens)}`,
    `INSERT INTO storage.buckets (id, name, created_at, updated_at, public)
     SELECT ${bucket}, ${bucket}, ${time}, ${time}, i % 2 = 0 ${each(buckets)}`,
    `INSERT INTO public.bucket_owners SELECT ${ref}, ${bucket} ${each(buckets)}`,
    `INSERT INTO storage.objects (id, bucket_id, name, owner_id, created_at, updated_at, last_accessed_at, metadata)
     SELECT ${id('object')}, ${bucket}, 'folder/file-' || i || '.png', ${user}::text, ${time}, ${time}, ${time},
            jsonb_build_object('size', i * 1000, 'mimetype', 'image/png', 'eTag', md5(i::text))
       ${each(objects)}`,
    'ALTER TABLE auth.users ENABLE TRIGGER USER',
    'ALTER TABLE storage.objects ENABLE TRIGGER USER',
  ];
}
