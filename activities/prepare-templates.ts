import type { PreparedTemplates, Route } from '../workflows/domain/fleet';
import type { DatabaseIdentity } from '../workflows/domain/plan';
import { attempt, type Attempt } from './runtime/attempt';
import { readIdentity } from './postgres/catalog/databases';
import { serverRef, templateName, type Holding } from './postgres/database';
import {
  missingExtensions,
  missingRoles,
  readDatabaseFacts,
  cachedSchema,
  rolesOfScript,
} from './postgres/schema';
import { transaction } from './postgres/session/transaction';
import type { Resources } from './runtime/resources';
import { makeTemplate, type WantedTemplate } from './target/template';
import { isOutOfReach, readMover, readReach } from './postgres/checks/mover';
import type { Client } from './postgres/session/database-client';
import { takeLease } from './runtime/lease';
import { resolvePlanExtent } from './plan/extent';

/**
 * Makes sure that the target's server has a template database with the source's present schema, for the
 * projects of a fleet to be cloned from. If it cannot be made, because the server lacks a role or an
 * extension or the schema has problems, or the role lacks a right or would meet another role's template, there is
 * none: each project's plan says why. Safe to run twice.
 */
export async function prepareTemplates(
  resources: Resources,
  { source, target }: Route,
): Promise<PreparedTemplates> {
  if (resources.settings.fleet.templates === 'never') return { target, made: [] };
  return attempt(resources, { step: 'initSchema', projectRef: 'templates' }, async (current) => {
    const wanted = await wantedTemplate(resources, current, { source, target });
    if (wanted === undefined) return { target, made: [] };
    const name = templateName(wanted);
    const project = { projectRef: name, databaseName: name };
    const { made } = await takeLease(current, { project, target: wanted.server }, (connections) =>
      makeTemplate(connections, wanted),
    );
    return { target, made: made ? [name] : [] };
  });
}

async function wantedTemplate(
  { settings }: Resources,
  { connections }: Attempt,
  { source, target }: Route,
): Promise<WantedTemplate | undefined> {
  const extent = await resolvePlanExtent(connections, { source, scopes: settings.scopes });
  const databaseRef = { connection: source, access: 'read' } as const;
  const seen = await connections.with(databaseRef, (client) =>
    transaction(client, 'read-snapshot', async () => ({
      identity: await readIdentity(client, databaseRef.connection),
      facts: await readDatabaseFacts(client),
      script: await cachedSchema({ client, connections, databaseRef }, extent),
    })),
  );
  const { identity, facts, script } = seen;
  const server: DatabaseIdentity | undefined = await connections.with(
    serverRef(target),
    async (client) => {
      const roles = await missingRoles(client, [...script.roles, ...facts.roles]);
      const extensions = await missingExtensions(client, script.extensions);
      if (script.problems.length + roles.length + extensions.length > 0) return undefined;
      if (!(await mayMake(client, { ...script.statements, facts }))) return undefined;
      return readIdentity(client, target);
    },
  );
  if (server === undefined) return undefined;
  const { preData, postData } = script.statements;
  return {
    preData,
    postData,
    facts,
    extent,
    snapshot: script.snapshot,
    server,
    sources: [identity],
  };
}

/** Whether the session's role can make all of the template, and no template of another role has its name. */
async function mayMake(client: Client, holding: Holding): Promise<boolean> {
  const mover = await readMover(client);
  if (mover.superuser) return true;
  const { owners, extensionSchemaOwners, defaultPrivilegesOf } = rolesOfScript(holding);
  const all = [...owners, ...extensionSchemaOwners, ...defaultPrivilegesOf];
  const reached = await readReach(client, all);
  const others = await client.query(
    `SELECT FROM pg_database WHERE datname = $1 AND NOT pg_has_role(datdba, 'USAGE')`,
    [templateName(holding)],
  );
  return mover.createdb && others.rowCount === 0 && !reached.some(isOutOfReach);
}
