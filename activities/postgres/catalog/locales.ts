import type { Client } from 'pg';
import { z } from 'zod';

/**
 * Tells whether the session's server can create a database with this locale. The operating system's
 * locales are those imported at initdb and those of its databases; other providers bring their own.
 */
export async function hasLocale(
  client: Client,
  facts: { readonly localeProvider: string; readonly collate: string; readonly ctype: string },
): Promise<boolean> {
  if (facts.localeProvider !== 'libc') return true;
  const result = await client.query(
    `SELECT collcollate AS name FROM pg_collation WHERE collprovider = 'c' AND collcollate IS NOT NULL
      UNION SELECT datcollate FROM pg_database UNION SELECT datctype FROM pg_database`,
  );
  const known = z
    .array(z.object({ name: z.string() }))
    .parse(result.rows)
    .map((row) => plain(row.name));
  return [facts.collate, facts.ctype].every(
    (name) => ALWAYS.has(name) || known.includes(plain(name)),
  );
}

const ALWAYS: ReadonlySet<string> = new Set(['C', 'POSIX']);

/** `en_US.UTF-8` and `en_US.utf8` are one locale. */
function plain(name: string): string {
  return name.toLowerCase().replace(/-/g, '');
}
