-- Which migrations the storage service has run: 64 rows, ids 0 to 63. The hashes are made up; the
-- service compares them, nobody reads them.

CREATE TABLE storage.migrations (
  id integer NOT NULL,
  name varchar(100) NOT NULL,
  hash varchar(40) NOT NULL,
  executed_at timestamp DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT migrations_pkey PRIMARY KEY (id),
  CONSTRAINT migrations_name_key UNIQUE (name)
);

INSERT INTO storage.migrations (id, name, hash, executed_at)
SELECT
  applied.position - 1,
  applied.name,
  md5(applied.name) || left(md5(applied.name || applied.position), 8),
  timestamp '2025-11-03 08:15:00.000017' + (applied.position * interval '1.000731 seconds')
FROM regexp_split_to_table(
  trim(E' \n' FROM '
    create-migrations-table initialmigration storage-schema pathtoken-column
    add-migrations-rls add-size-functions change-column-name-in-get-size add-rls-to-buckets
    add-public-to-buckets fix-search-function search-files-search-function
    add-trigger-to-auto-update-updated_at-column add-automatic-avif-detection-flag
    add-bucket-custom-limits use-bytes-for-max-size add-can-insert-object-function add-version
    drop-owner-foreign-key add_owner_id_column_deprecate_owner alter-default-value-objects-id
    list-objects-with-delimiter s3-multipart-uploads s3-multipart-uploads-big-ints
    optimize-search-function operation-function custom-metadata objects-prefixes search-v2
    object-bucket-name-sorting create-prefixes update-object-levels objects-level-index
    backward-compatible-index-on-objects backward-compatible-index-on-prefixes
    optimize-search-function-v1 add-insert-trigger-prefixes optimise-existing-functions
    add-bucket-name-length-trigger iceberg-catalog-flag-on-buckets add-search-v2-sort-support
    fix-prefix-race-conditions-optimized add-object-level-update-trigger
    rollback-prefix-triggers fix-object-level vector-bucket-type vector-buckets
    buckets-objects-grants iceberg-table-metadata iceberg-catalog-ids
    buckets-objects-grants-postgres search-v2-optimised index-backward-compatible-search
    drop-not-used-indexes-and-functions drop-index-lower-name drop-index-object-level
    prevent-direct-deletes fix-optimized-search-function s3-multipart-uploads-metadata
    operation-ergonomics drop-unused-functions search-by-timestamp common-prefix-function
    objects-versioning-columns buckets-versioning-status
  '),
  '\s+'
) WITH ORDINALITY AS applied (name, position)
ORDER BY applied.position;
