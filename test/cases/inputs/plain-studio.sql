-- A small studio of characters that every encoding has.
INSERT INTO auth.users (instance_id, id, aud, role, email, raw_app_meta_data, raw_user_meta_data)
SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'authenticated', 'authenticated',
       format('user%s@%s.example.org', n, ref), jsonb_build_object('project_ref', ref), '{}'
  FROM unnest(ARRAY['project-abc', 'project-abc-x', 'project-003']) AS ref, generate_series(1, 20) AS n;
INSERT INTO storage.buckets (id, name)
SELECT ref || '-avatars', ref || '-avatars'
  FROM unnest(ARRAY['project-abc', 'project-abc-x', 'project-003']) AS ref;
INSERT INTO storage.objects (bucket_id, name)
SELECT b.id, 'avatar ' || n || '.png' FROM storage.buckets AS b, generate_series(1, 6) AS n;
