-- A table of public that moves, with all that it needs there and a name for each.
CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE public.kind AS ENUM ('a');
CREATE FUNCTION public.plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE SCHEMA crm;
CREATE TABLE crm.notes (user_id uuid CONSTRAINT taken PRIMARY KEY REFERENCES auth.users (id), n serial, kind public.kind,
  note text COLLATE public.loose, plain text GENERATED ALWAYS AS (public.plain(note)) STORED);
CREATE INDEX notes_kind ON crm.notes (kind);
INSERT INTO crm.notes (user_id, note) SELECT id, 'A note' FROM auth.users;
