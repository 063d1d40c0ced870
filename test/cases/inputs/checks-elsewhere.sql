-- A check whose function looks for rows of another table, which come later.
CREATE TABLE auth.members (user_id uuid PRIMARY KEY REFERENCES auth.users (id));
CREATE TABLE auth.admins (user_id uuid PRIMARY KEY REFERENCES auth.users (id));
INSERT INTO auth.members SELECT id FROM auth.users;
INSERT INTO auth.admins SELECT id FROM auth.users;
CREATE FUNCTION auth.is_member(uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS
  'BEGIN RETURN EXISTS (SELECT FROM auth.members WHERE user_id = $1); END';
ALTER TABLE auth.admins ADD CONSTRAINT admins_are_members CHECK (auth.is_member(user_id));
COMMENT ON CONSTRAINT admins_are_members ON auth.admins IS 'no one else';
