import { z } from 'zod';
import { log } from '@temporalio/activity';
import type { PreparedTemplates } from '../workflows/domain/fleet';
import type { DatabaseIdentity } from '../workflows/domain/plan';
import { attempt } from './runtime/attempt';
import { failure } from './runtime/failure';
import { findDatabase, readIdentity } from './postgres/catalog/databases';
import type { Connections } from './postgres/session/connections';
import {
  serverRef,
  maintenanceRef,
  dropTemplate,
  hasTemplate,
  reviveTemplate,
  TEMPLATE_PREFIX,
} from './postgres/database';
import { reachableSources } from './projects/servers';
import type { Resources } from './runtime/resources';
import { takeLease } from './runtime/lease';

/**
 * Drops the templates that were made for a fleet, unless the configuration keeps them. A template that is being cloned
 * stays; one that is gone is passed over. Returns the names of those dropped. Safe to run twice.
 */
export async function dropTemplates(
  resources: Resources,
  { target, made }: PreparedTemplates,
): Promise<readonly string[]> {
  const { settings } = resources;
  if (settings.fleet.templates === 'keep' || made.length === 0) return [];
  const foreign = made.find((name) => !name.startsWith(TEMPLATE_PREFIX));
  if (foreign !== undefined)
    throw failure('InvalidInput', `"${foreign}" is no template of moveout`);
  return attempt(resources, { step: 'initSchema', projectRef: 'templates' }, async (current) => {
    const sources = await reachableSources(current.connections, [settings.source]);
    const server = await current.connections.with(serverRef(target), (client) =>
      readIdentity(client, target),
    );
    const dropped: string[] = [];
    for (const name of made) {
      const project = { projectRef: name, databaseName: name };
      const isGone = await takeLease(current, { project, target: server }, (connections) =>
        drop(connections, { server, sources }, name),
      );
      if (isGone) dropped.push(name);
    }
    return dropped;
  });
}

interface TemplateServer {
  readonly server: DatabaseIdentity;
  readonly sources: readonly DatabaseIdentity[];
}

async function drop(
  connections: Connections,
  { server, sources }: TemplateServer,
  name: string,
): Promise<boolean> {
  return connections.with(maintenanceRef(server, sources), async (client) => {
    if ((await findDatabase(client, name)) === undefined) return false;
    const wasProved = await hasTemplate(client, name);
    try {
      await dropTemplate(client, name);
      return true;
    } catch (error) {
      if (!isInUse(error)) throw error;
      if (wasProved) await reviveTemplate(client, name);
      log.info('a template is still being cloned and stays', { template: name });
      return false;
    }
  });
}

/** SQLSTATE `object_in_use`. */
function isInUse(error: unknown): boolean {
  return z.object({ code: z.literal('55006') }).safeParse(error).success;
}
