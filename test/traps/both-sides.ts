import { query } from '../support/harness/databases';

/** Where a project was and where it is now. */
export interface Sides {
  readonly source: string;
  readonly target: string;
  readonly projectRef: string;
}

/** The ids of the project's users, on either side. */
export function usersOf(projectRef: string): string {
  return `(SELECT u.id FROM auth.users u WHERE u.raw_app_meta_data ->> 'project_ref' = '${projectRef}')`;
}

/**
 * Runs one query on both sides; `MINE` in it stands for the ids of the project's users.
 *
 * @throws Error when the source has no such rows: nothing would be compared.
 */
export async function onBothSides(
  { source, target, projectRef }: Sides,
  sql: string,
): Promise<{ readonly source: readonly object[]; readonly target: readonly object[] }> {
  const text = sql.replaceAll('MINE', usersOf(projectRef));
  const there = await query<Record<string, unknown>>(source, text);
  if (there.length === 0) throw new Error(`the source has no rows for ${text}`);
  return { source: there, target: await query<Record<string, unknown>>(target, text) };
}

/** Expects that a query gives some rows, and the same on both sides. */
export async function expectAlike(sides: Sides, sql: string): Promise<void> {
  const found = await onBothSides(sides, sql);
  expect(found.target).toEqual(found.source);
}
