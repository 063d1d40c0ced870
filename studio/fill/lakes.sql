-- Analytics and vector buckets.

-- A live warehouse, and a deleted one that had its name.
INSERT INTO storage.buckets_analytics (name, created_at, updated_at, id, deleted_at)
SELECT
  ref || '-warehouse', pg_temp.moment(ref || '/warehouse/' || n),
  pg_temp.moment(ref || '/warehouse/' || n), pg_temp.uuid(ref || '/warehouse/' || n),
  CASE WHEN n = 2 THEN pg_temp.moment(ref || '/warehouse-gone') END
FROM project CROSS JOIN generate_series(1, 2) AS n;

INSERT INTO storage.iceberg_namespaces (
  id, bucket_name, name, created_at, updated_at, metadata, catalog_id
)
SELECT
  pg_temp.uuid(ref || '/namespace/' || n), ref || '-warehouse', CASE n WHEN 1 THEN 'main' ELSE 'Zoë' END,
  pg_temp.moment(ref || '/namespace/' || n), pg_temp.moment(ref || '/namespace/' || n),
  CASE n WHEN 1 THEN pg_temp.odd_jsonb() ELSE '{}' END, pg_temp.uuid(ref || '/warehouse/1')
FROM project CROSS JOIN generate_series(1, 2) AS n;

INSERT INTO storage.iceberg_tables (
  id, namespace_id, bucket_name, name, location, created_at, updated_at, remote_table_id,
  shard_key, shard_id, catalog_id
)
SELECT
  pg_temp.uuid(ref || '/lake/' || n), pg_temp.uuid(ref || '/namespace/' || n), ref || '-warehouse',
  'events', 's3://lake/' || pg_temp.key(ref || '/lake/' || n), pg_temp.moment(ref || '/lake/' || n),
  pg_temp.moment(ref || '/lake/' || n), CASE n WHEN 1 THEN '' END, 'shard', CASE n WHEN 2 THEN E'\\N' END,
  pg_temp.uuid(ref || '/warehouse/1')
FROM project CROSS JOIN generate_series(1, 2) AS n;

INSERT INTO storage.buckets_vectors (id, created_at, updated_at)
SELECT
  ref || '-embeddings', pg_temp.moment(ref || '/embeddings'), pg_temp.moment(ref || '/embeddings')
FROM project;

INSERT INTO storage.vector_indexes (
  id, name, bucket_id, data_type, dimension, distance_metric, metadata_configuration, created_at,
  updated_at
)
SELECT
  CASE n WHEN 1 THEN pg_temp.uuid(ref || '/vectors/1')::text ELSE ref || '/odd id' END,
  CASE n WHEN 1 THEN 'texts' ELSE pg_temp.odd_text() END, ref || '-embeddings', 'float32', 1536 / n::int,
  CASE n WHEN 1 THEN 'cosine' ELSE 'euclidean' END, CASE n WHEN 1 THEN pg_temp.odd_jsonb() END,
  pg_temp.moment(ref || '/vectors/' || n), pg_temp.moment(ref || '/vectors/' || n)
FROM project CROSS JOIN generate_series(1, 2) AS n;
