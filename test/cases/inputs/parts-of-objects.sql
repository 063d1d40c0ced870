-- What pg_dump writes of parts of objects: columns of views, indexes of constraints, sequences of identity columns, attributes of types.
CREATE TYPE auth.place AS (town text);
COMMENT ON COLUMN auth.place.town IS 'of a type';
CREATE VIEW auth.people AS SELECT id, email, phone FROM auth.users;
REVOKE ALL ON auth.people FROM anon, PUBLIC;
COMMENT ON COLUMN auth.people.email IS 'of a view';
GRANT SELECT (id, email) ON auth.people TO anon;
ALTER VIEW auth.people ALTER COLUMN phone SET DEFAULT 'none';
CREATE MATERIALIZED VIEW auth.kept AS SELECT id, email FROM auth.users;
COMMENT ON COLUMN auth.kept.email IS 'of a copy';
GRANT SELECT (email) ON auth.kept TO anon WITH GRANT OPTION;
CREATE TABLE auth.visits (id integer GENERATED ALWAYS AS IDENTITY, user_id uuid CONSTRAINT visits_key PRIMARY KEY REFERENCES auth.users (id));
COMMENT ON INDEX auth.visits_key IS 'of an index';
COMMENT ON SEQUENCE auth.visits_id_seq IS 'of an identity';
CREATE STATISTICS auth.visits_odds ON id, user_id FROM auth.visits;
COMMENT ON STATISTICS auth.visits_odds IS 'of statistics';
CREATE SEQUENCE auth.draft_no;
ALTER SEQUENCE auth.draft_no SET UNLOGGED;
INSERT INTO auth.visits (user_id) SELECT id FROM auth.users;
-- Privileges of one role on a table and on one of its columns, handed on by that role.
GRANT SELECT ON auth.users TO service_role WITH GRANT OPTION;
GRANT UPDATE (phone) ON auth.users TO service_role WITH GRANT OPTION;
SET ROLE service_role;
GRANT SELECT ON auth.users TO anon;
GRANT UPDATE (phone) ON auth.users TO anon;
RESET ROLE;
