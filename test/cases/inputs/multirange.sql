CREATE FUNCTION auth.apart(x float8, y float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT x - y';
CREATE TYPE auth.span AS RANGE (subtype = float8, subtype_diff = auth.apart, multirange_type_name = auth.spans);
CREATE TABLE auth.stays (user_id uuid PRIMARY KEY REFERENCES auth.users (id), spans auth.spans, more auth.spans[]);
INSERT INTO auth.stays SELECT id, '{[1,2),[3,4)}', '{"{[1,2)}"}' FROM auth.users;
