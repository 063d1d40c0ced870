-- Rows that were let in, but would not be any more: the time has passed, functions have changed.
CREATE FUNCTION auth.known(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION auth.loud(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE auth.visits (
  user_id uuid PRIMARY KEY REFERENCES auth.users (id),
  note text CONSTRAINT "Known" CHECK (auth.known(note)),
  until timestamptz CONSTRAINT visits_open CHECK (until > clock_timestamp())
);
CREATE TABLE auth.notes (
  user_id uuid PRIMARY KEY REFERENCES auth.users (id),
  note text,
  loud text GENERATED ALWAYS AS (auth.loud(note)) STORED
);
INSERT INTO auth.visits SELECT id, 'a note', clock_timestamp() + interval '100 ms' FROM auth.users;
INSERT INTO auth.notes (user_id, note) SELECT id, 'a note' FROM auth.users;
SELECT pg_sleep(0.2);
CREATE OR REPLACE FUNCTION auth.known(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 <> 'a note' $$;
CREATE OR REPLACE FUNCTION auth.loud(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
