CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
GRANT USAGE ON SCHEMA extensions TO anon;
CREATE SCHEMA app AUTHORIZATION anon;
GRANT USAGE ON SCHEMA app TO authenticated;
CREATE SCHEMA kinds;
CREATE TYPE kinds.mood AS ENUM ('sad', 'happy');
CREATE TYPE kinds.unused AS ENUM ('no');
CREATE TYPE public.address AS (street text, moods kinds.mood[]);
CREATE DOMAIN public.handle AS extensions.citext CHECK (VALUE <> '');
CREATE TABLE public.teams (id serial PRIMARY KEY, name text);
CREATE TABLE public.profiles (
  id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4() REFERENCES auth.users ON DELETE CASCADE,
  handle public.handle,
  home public.address,
  team int REFERENCES public.teams,
  n bigserial,
  kind auth.factor_type
);
CREATE TABLE app.notes (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  profile uuid REFERENCES public.profiles,
  other int,
  body text,
  tags extensions.citext[]
);
CREATE TABLE app.unrelated (id int);
ALTER TABLE public.profiles ADD note int REFERENCES app.notes;
ALTER TABLE app.notes OWNER TO supabase_auth_admin;
ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.notes ALTER body SET STORAGE EXTERNAL;
COMMENT ON TABLE app.notes IS 'notes';
CREATE POLICY everybody ON app.notes USING (true);
GRANT SELECT ON app.notes TO anon;
GRANT USAGE ON SEQUENCE public.profiles_n_seq TO anon;
CREATE INDEX notes_body ON app.notes (body);
CREATE STATISTICS app.notes_statistics ON body, other FROM app.notes;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON public.profiles FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER dated BEFORE UPDATE ON public.profiles FOR EACH ROW EXECUTE FUNCTION storage.update_updated_at_column();
CREATE POLICY admins ON storage.objects USING (EXISTS (SELECT 1 FROM public.profiles p WHERE p.id = auth.uid()));
ALTER TABLE auth.users ADD nick extensions.citext;
CREATE VIEW auth.with_profile AS SELECT u.id, p.handle FROM auth.users u JOIN public.profiles p USING (id);
