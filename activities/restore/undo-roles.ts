import { maintenanceRef } from '../postgres/maintenance';
import { dropOwnRoles } from '../postgres/roles';
import type { Writer } from '../write/writing';

/** Drops the roles that this run created; those that others have come to use stay, and are named. */
export async function dropCreatedRoles({
  connections,
  job,
  runId,
}: Writer): Promise<readonly string[]> {
  const { createRoles: roles = [], target, sources } = job;
  if (roles.length === 0) return [];
  const kept = await connections.with(maintenanceRef(target, sources, target.database), (client) =>
    dropOwnRoles(client, roles, runId),
  );
  return kept.length === 0
    ? ['the roles that were created are gone again']
    : [`roles that are used elsewhere by now stay: ${kept.join(', ')}`];
}
