-- A hosted tenant keeps its Iceberg tables in a database of the platform's.

DROP TABLE storage.iceberg_tables, storage.iceberg_namespaces;
