-- What a studio keeps beside auth and storage: the list of projects, and a profile for every
-- account. The trigger on auth.users and the key to it reach out of the two schemas.

CREATE TABLE public.projects (
  ref text PRIMARY KEY,
  database text NOT NULL UNIQUE,
  owner text NOT NULL,
  instance_id uuid NOT NULL UNIQUE
);

CREATE TABLE public.profiles (
  id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
  email text,
  joined_at timestamptz
);

CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = '' AS $$
BEGIN
  INSERT INTO public.profiles (id, email, joined_at) VALUES (new.id, new.email, new.created_at);
  RETURN new;
END
$$;

CREATE TRIGGER on_auth_user_created
  AFTER INSERT ON auth.users
  FOR EACH ROW EXECUTE FUNCTION public.handle_new_user();

DO $database$
BEGIN
  EXECUTE format(
    'GRANT CREATE ON DATABASE %I TO supabase_auth_admin, supabase_storage_admin',
    current_database()
  );
  EXECUTE format('GRANT ALL ON DATABASE %I TO dashboard_user', current_database());
END
$database$;
