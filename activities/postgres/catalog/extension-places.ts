import type { Client } from 'pg';
import { z } from 'zod';

const placeRow = z.object({
  name: z.string(),
  /** The name as SQL writes it. */
  sql: z.string(),
  /** Whether `ALTER EXTENSION … SET SCHEMA` moves it. */
  relocatable: z.boolean(),
  /** A schema that it can be moved to, as SQL writes it. */
  to: z.string(),
});

/** An extension that stands in the way, and a schema where it would not. */
export type ExtensionPlace = Readonly<z.infer<typeof placeRow>>;

/** Reads where the extensions could go: the schema that Supabase's databases have for them, else `public`. */
export async function readExtensionPlaces(
  client: Client,
  names: readonly string[],
): Promise<readonly ExtensionPlace[]> {
  if (names.length === 0) return [];
  const result = await client.query(
    `SELECT e.extname AS name, quote_ident(e.extname) AS sql, e.extrelocatable AS relocatable,
            CASE WHEN to_regnamespace('extensions') IS NULL THEN 'public' ELSE 'extensions' END AS "to"
       FROM pg_extension e WHERE e.extname = ANY ($1)`,
    [names],
  );
  return z.array(placeRow).parse(result.rows);
}
