-- as in each database that was made from an image: one role owns the schemas, others own what is in them
alter schema auth owner to schema_owner;
grant usage, create on schema auth to supabase_auth_admin;
alter schema storage owner to schema_owner;
grant usage, create on schema storage to supabase_storage_admin;
