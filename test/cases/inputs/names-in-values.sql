-- Names of objects within composites and arrays of domains; those of public are not in the target.
CREATE TYPE auth.rule AS (priority int, about regclass);
CREATE DOMAIN auth.known AS regclass;
CREATE TABLE auth.filters (user_id uuid, rule auth.rule, rules auth.rule[], known auth.known, all_known auth.known[]);
INSERT INTO auth.filters SELECT id, ROW(1, 'public.profiles'::regclass)::auth.rule, NULL, 'auth.users'::regclass, NULL FROM auth.users;
