import { aroundRows, type Corruption } from '../corruption';

/** Triggers and functions: what runs when rows come and go. */
export const CODE: readonly Corruption[] = [
  aroundRows(
    'a disabled trigger',
    'update_objects_updated_at',
    'ALTER TABLE storage.objects DISABLE TRIGGER update_objects_updated_at',
  ),
  aroundRows(
    'a trigger that fires on replicas only',
    'protect_buckets_delete',
    'ALTER TABLE storage.buckets ENABLE REPLICA TRIGGER protect_buckets_delete',
  ),
  aroundRows(
    'the disabled triggers of foreign keys',
    'auth.sessions',
    'ALTER TABLE auth.sessions DISABLE TRIGGER ALL',
  ),
  aroundRows(
    'a dropped trigger',
    'protect_objects_delete',
    'DROP TRIGGER protect_objects_delete ON storage.objects',
  ),
  aroundRows(
    'a trigger for fewer events',
    'enforce_bucket_name_length_trigger',
    `DROP TRIGGER enforce_bucket_name_length_trigger ON storage.buckets;
     CREATE TRIGGER enforce_bucket_name_length_trigger BEFORE INSERT ON storage.buckets
       FOR EACH ROW EXECUTE FUNCTION storage.enforce_bucket_name_length()`,
  ),
  aroundRows(
    'a trigger too many',
    'extra',
    `CREATE TRIGGER extra BEFORE UPDATE ON storage.buckets
       FOR EACH ROW EXECUTE FUNCTION storage.update_updated_at_column()`,
  ),
  aroundRows(
    'a rule',
    'swallow',
    'CREATE RULE swallow AS ON DELETE TO auth.sessions DO INSTEAD NOTHING',
  ),
  aroundRows(
    'another body of a function',
    'auth.uid',
    `CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$
       SELECT '00000000-0000-0000-0000-000000000001'::uuid $$`,
  ),
  aroundRows(
    "a function that runs with its owner's rights",
    'storage.search',
    'ALTER FUNCTION storage.search SECURITY DEFINER',
  ),
  aroundRows(
    'a function that counts as immutable',
    'auth.role',
    'ALTER FUNCTION auth.role() IMMUTABLE',
  ),
  aroundRows(
    'a setting of a function',
    'auth.email',
    'ALTER FUNCTION auth.email() SET search_path = public',
  ),
  aroundRows(
    'a dropped function',
    'storage.filename',
    'DROP FUNCTION storage.filename(text) CASCADE',
  ),
  aroundRows(
    'a function too many',
    'auth.backdoor',
    'CREATE FUNCTION auth.backdoor() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$',
  ),
  aroundRows(
    'another comment on a function',
    'auth.uid',
    `COMMENT ON FUNCTION auth.uid() IS 'Somebody.'`,
  ),
];
