import type { BucketTenancy, UserTenancy } from '../../../workflows/domain/tenancy';

export const BY_METADATA: UserTenancy = { by: 'app-metadata', key: 'project_ref' };
export const BY_PREFIX: BucketTenancy = { by: 'id-prefix', separator: '-' };
export const MEMBERS: UserTenancy = {
  by: 'table',
  table: 'public.members',
  project: 'ref',
  user: 'who',
};
export const ROOMS: BucketTenancy = {
  by: 'table',
  table: 'public.rooms',
  project: 'ref',
  bucket: 'room',
};
const OF_REF: UserTenancy = {
  by: 'query',
  sql: 'SELECT who AS id FROM members WHERE ref = $1 -- his',
};
const BY_INSTANCE: UserTenancy = {
  by: 'instance-id',
  sql: 'SELECT instance_id FROM projects WHERE ref = $1;',
};
const ALL: UserTenancy = { by: 'all' };

/** Mapping tables with what a studio may get wrong in them: capitals, rows twice, strangers, numbers. */
export const MAPPING = `
  CREATE TABLE public.members AS
    SELECT raw_app_meta_data ->> 'project_ref' AS ref, upper(id::text) AS who, 7 AS number
      FROM auth.users WHERE email LIKE 'user%';
  INSERT INTO public.members SELECT * FROM public.members LIMIT 20;
  INSERT INTO public.members SELECT 'stranger', who, 8 FROM public.members LIMIT 20;
  INSERT INTO public.members SELECT m.ref, o.who, 7 FROM public.members m
    JOIN public.members o ON o.ref < m.ref LIMIT 5;
  CREATE TABLE public.rooms AS SELECT split_part(id, '-', 1) || '-' || split_part(id, '-', 2) AS ref,
    id AS room FROM storage.buckets;
  INSERT INTO public.rooms SELECT * FROM public.rooms LIMIT 10;`;

/** Rules that suit it, in words. */
export const RULES: readonly (readonly [string, UserTenancy, BucketTenancy])[] = [
  ['metadata and prefixes', BY_METADATA, BY_PREFIX],
  ['metadata and a separator of two characters', BY_METADATA, { by: 'id-prefix', separator: '--' }],
  ['metadata and owners', BY_METADATA, { by: 'owner' }],
  ['mapping tables', MEMBERS, ROOMS],
  ['a mapping table and owners', MEMBERS, { by: 'owner' }],
  ['a query and owners', OF_REF, { by: 'owner' }],
  [
    'a query that calls its own table r',
    { by: 'query', sql: 'SELECT r.who AS id FROM members AS r WHERE r.ref = $1' },
    BY_PREFIX,
  ],
  [
    'queries',
    OF_REF,
    { by: 'query', sql: 'SELECT room AS id, 1 AS ref FROM rooms WHERE ref = $1' },
  ],
  ['instances out of a table', BY_INSTANCE, BY_PREFIX],
  ['instances and owners', BY_INSTANCE, { by: 'owner' }],
  ['everything', ALL, { by: 'all' }],
  ['everybody, and owners', ALL, { by: 'owner' }],
];

/** Projects whose refs begin with another's, one of them with a part of a separator: their buckets are not the other's. */
export function longer(ref: string): string {
  return `
    INSERT INTO auth.users (id, email, raw_app_meta_data)
    VALUES (gen_random_uuid(), 'longer@${ref}.example', '{"project_ref": "${ref}-x"}'),
           (gen_random_uuid(), 'dash@${ref}.example', '{"project_ref": "${ref}-"}');
    INSERT INTO storage.buckets (id, name) VALUES ('${ref}-x-files', '${ref}-x-files'),
      ('${ref}--files', 'of the ref'), ('${ref}---files', 'of the ref with a dash');
    INSERT INTO storage.objects (bucket_id, name) VALUES ('${ref}-x-files', 'one'),
      ('${ref}--files', 'two'), ('${ref}---files', 'three'), ('${ref}---files', 'four');`;
}
