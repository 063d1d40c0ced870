import { rowsAt } from '../ground/sessions';

const TABLES = `
  SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname IN ('auth', 'storage', 'public') ORDER BY 1`;

/** One line a table of `auth`, `storage` and `public`: its rows and a digest of them all. */
export async function fingerprint(url: string): Promise<readonly string[]> {
  const tables = await rowsAt<{ name: string }>(url, TABLES);
  const statements = tables.map(
    ({ name }) =>
      `SELECT '${name} ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS line FROM ${name} AS t`,
  );
  if (statements.length === 0) return [];
  const lines = await rowsAt<{ line: string }>(url, statements.join(' UNION ALL '));
  return lines.map(({ line }) => line);
}

/** How many users, buckets and objects a target has. */
export async function contentsOf(url: string): Promise<string> {
  const [row] = await rowsAt<{ counts: string }>(
    url,
    `SELECT concat_ws(' ', (SELECT count(*) FROM auth.users), (SELECT count(*) FROM auth.sessions),
            (SELECT count(*) FROM auth.refresh_tokens), (SELECT count(*) FROM storage.buckets),
            (SELECT count(*) FROM storage.objects)) AS counts`,
  );
  return row?.counts ?? '';
}
