import { compareSchemas } from '../../../../activities/postgres/schema';
import type { SchemaScript } from '../../../../activities/postgres/schema';
import { apply, createRoles, Databases, ddl, read } from './databases';

const databases = new Databases();
let template: string;
let original: SchemaScript;

beforeAll(async () => {
  await createRoles();
  template = await databases.create(ddl('small-studio.sql'));
  original = await read(template);
});
afterAll(() => databases.dropAll());

describe('compareSchemas after one change', () => {
  it.each([
    ['DROP POLICY inserts ON storage.objects', 'policy inserts on storage.objects is missing'],
    [
      `DROP POLICY inserts ON storage.objects;
       CREATE POLICY inserts ON storage.objects WITH CHECK (bucket_id = 'public')`,
      'policy inserts on storage.objects: cmd is "*", was "a"',
    ],
    [
      `DROP POLICY "own folder" ON storage.objects;
       CREATE POLICY "own folder" ON storage.objects FOR SELECT TO authenticated, anon
        USING ((storage.foldername(name))[1] = auth.uid()::text)`,
      'policy "own folder" on storage.objects: permissive is "true", was "false"',
    ],
    [
      'ALTER TABLE auth.users ALTER email SET STORAGE EXTERNAL',
      'column auth.users.email: storage is "EXTERNAL", was not set',
    ],
    [
      'ALTER TABLE auth.refresh_tokens DISABLE TRIGGER ALL',
      'constraint refresh_tokens_user_id_fkey on auth.refresh_tokens: enforcement is "off", was to be "on"',
    ],
    [
      'GRANT SELECT ON storage.bucket_names TO anon',
      'privileges of anon on view storage.bucket_names is extra',
    ],
  ])('finds nothing but %s', async (change, line) => {
    const changed = await databases.create(change, template);
    expect(compareSchemas(original, await read(changed))).toEqual([line]);
  });

  it('wants constraints enforced in what was rebuilt, and as they were in what was restored', async () => {
    const off = 'ALTER TABLE storage.objects DISABLE TRIGGER "RI_ConstraintTrigger_c_%s"';
    const switched = await read(
      await databases.create(
        `DO $$ DECLARE g record; BEGIN FOR g IN SELECT oid FROM pg_trigger WHERE tgisinternal AND tgrelid = 'storage.objects'::regclass LOOP
           EXECUTE format('${off}', g.oid); END LOOP; END $$`,
        template,
      ),
    );
    const enforced = '"objects_bucketId_fkey" on storage.objects: enforcement is';
    expect(compareSchemas(original, switched)).toEqual([
      `constraint ${enforced} "off", was to be "on"`,
    ]);
    expect(compareSchemas(switched, original)).toEqual([]);
    expect(compareSchemas(switched, switched)).toHaveLength(1);
    expect(compareSchemas(switched, switched, { leftOut: true })).toEqual([]);
    expect(compareSchemas(switched, original, { leftOut: true })).toEqual([
      `constraint ${enforced} "on", was to be "off"`,
    ]);
    const rebuilt = await databases.create();
    await apply(rebuilt, switched.statements);
    expect((await read(rebuilt)).digest).toBe(switched.digest);
  });
});
