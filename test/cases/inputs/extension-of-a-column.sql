-- A column's default needs an extension.
CREATE SCHEMA IF NOT EXISTS extensions;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA extensions;
ALTER TABLE auth.sessions ADD COLUMN trace uuid DEFAULT extensions.uuid_generate_v4();
