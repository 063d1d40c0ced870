import { Client } from 'pg';
import type { Place } from '../client/studio-database';
import { plantEverywhere } from './plant';

/** A role whose password is a canary, and a studio whose rows are full of another. */
export interface Canaries {
  readonly secret: string;
  readonly row: string;
  /** A target that holds rows already. */
  readonly held: string;
}

/**
 * Rows that the studio takes and a target of a certain name does not: there a constraint is violated,
 * or a function raises an error, and either way PostgreSQL quotes the row.
 */
const FUSSY = `
  CREATE FUNCTION auth.fussy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN
    IF current_database() LIKE '%raises' THEN RAISE EXCEPTION 'no % in here', value; END IF;
    RETURN current_database() NOT LIKE '%violates';
  END $$;
  ALTER TABLE auth.users ADD CONSTRAINT fussy CHECK (auth.fussy(email));`;

/** Buckets whose very ids are canaries, and a file in one of them. */
const KEYS = (canary: string): string => `
  INSERT INTO storage.buckets (id, name) VALUES ('project-abc-${canary}', 'project-abc-${canary}');
  INSERT INTO storage.objects (bucket_id, name) VALUES ('project-abc-${canary}', 'a/${canary}.pdf');
  INSERT INTO storage.buckets_vectors (id) VALUES ('project-abc-${canary}');`;

/**
 * Fills the studio with canaries, and `held` with what the studio holds; gives the tables that hold a
 * canary.
 */
export async function prepare(
  place: Place,
  { secret, row, held }: Canaries,
): Promise<readonly string[]> {
  await place.rows(place.database, KEYS(row));
  const tables = await plantEverywhere(place.url, row);
  // As self-hosted stacks keep their JWT secret.
  await place.rows(
    'postgres',
    `ALTER DATABASE ${place.database} SET "app.settings.jwt_secret" TO '${row}'`,
  );
  await place.rows('postgres', `CREATE DATABASE ${held} TEMPLATE ${place.database}`);
  // What depends on the schemas from outside would not let them give way.
  await place.rows(held, 'DROP SCHEMA public CASCADE');
  await place.rows(place.database, FUSSY);
  await place.rows('postgres', `CREATE ROLE ${roleOf(place)} SUPERUSER LOGIN PASSWORD '${secret}'`);
  return tables;
}

/** The studio's URL, with the canary wherever a secret can stand in one. */
export function urlWith(place: Place, secret: string): string {
  const url = new URL(place.url);
  url.username = roleOf(place);
  url.password = secret;
  url.searchParams.set('password', secret);
  url.searchParams.set('application_name', secret);
  url.searchParams.set('options', `-c moveout.note=${secret}`);
  return url.href;
}

/** The ids of users, sessions, objects: keys that no canary can stand in. */
export async function idsOf(place: Place): Promise<ReadonlySet<string>> {
  const client = new Client({ connectionString: place.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id::text FROM auth.users UNION SELECT id::text FROM auth.sessions
        UNION SELECT id::text FROM storage.objects UNION SELECT id::text FROM auth.identities`,
    );
    return new Set(rows.map(({ id }) => id));
  } finally {
    await client.end();
  }
}

function roleOf({ database }: Place): string {
  return `${database}_mover`;
}
