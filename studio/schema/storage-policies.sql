-- A studio's own policy. It reads auth and storage alone, so that it can move along with them.

CREATE POLICY "Signed-in people read their own files and public buckets"
  ON storage.objects FOR SELECT TO authenticated
  USING (
    owner_id = auth.uid()::text
    OR bucket_id IN (SELECT bucket.id FROM storage.buckets AS bucket WHERE bucket.public)
  );
