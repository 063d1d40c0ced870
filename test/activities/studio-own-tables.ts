import type { TableScope } from '../../workflows/domain/scopes';

/** A table that stays behind. */
export const LEFT = { scope: 'excluded', because: 'not of interest' } as const;

/** Rows that a key path leads to. */
export function owned(via: string): TableScope {
  return { scope: 'owned', via };
}

/** What a studio added by itself: a key by foreign key, one through that, one by name only. */
export const STUDIO_OWN_TABLES = `
  CREATE TABLE auth.notes (
    id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    author text NOT NULL,
    code int,
    note text,
    words int GENERATED ALWAYS AS (length(note)) STORED,
    shouted text GENERATED ALWAYS AS (upper(author)) STORED
  );
  CREATE TABLE auth.codes (id int PRIMARY KEY, note int REFERENCES auth.notes (id), challenge uuid);
  CREATE TABLE storage.links (id int PRIMARY KEY, bucket_id text NOT NULL);
  INSERT INTO auth.notes (user_id, author, note)
    SELECT id, id::text, 'a note of ' || email FROM auth.users;
  INSERT INTO auth.codes SELECT id, id FROM auth.notes WHERE id % 2 = 0;
  INSERT INTO storage.links SELECT row_number() OVER (), id FROM storage.buckets;`;
