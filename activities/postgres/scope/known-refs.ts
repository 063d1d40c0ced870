import type { Client } from 'pg';
import { z } from 'zod';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import { literal } from '../identifiers';

/** Whose keys are wanted, by which rule, and which refs the configuration knows. */
export interface WantedProject {
  readonly tenancy: Tenancy;
  readonly projectRef: string;
  /** `undefined` where no projects are configured. */
  readonly configuredRefs: readonly string[] | undefined;
}

/**
 * The refs that could claim a bucket before the project does: those that are configured, and those
 * that users carry. Only refs that begin with the project's own matter.
 */
export async function knownRefs(
  client: Client,
  { tenancy, projectRef, configuredRefs = [] }: WantedProject,
): Promise<readonly string[]> {
  if (tenancy.buckets.by !== 'id-prefix') return [];
  if (tenancy.users.by !== 'app-metadata') return configuredRefs;
  const value = `raw_app_meta_data ->> ${literal(tenancy.users.key)}`;
  const result = await client.query(
    `SELECT DISTINCT ${value} AS ref FROM auth.users WHERE starts_with(${value}, ${literal(projectRef)})`,
  );
  const carried = z.array(z.object({ ref: z.string() })).parse(result.rows);
  return [...configuredRefs, ...carried.map((row) => row.ref)];
}

/** Whether nothing tells which other refs there are, so that a longer one could be overlooked. */
export function refsAreUnknown({
  tenancy,
  configuredRefs,
}: Omit<WantedProject, 'projectRef'>): boolean {
  const byPrefix = tenancy.buckets.by === 'id-prefix';
  return byPrefix && tenancy.users.by !== 'app-metadata' && configuredRefs === undefined;
}
