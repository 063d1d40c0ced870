import { CHECKLIST } from '../../workflows/domain/next-steps';
import type { Plan, Problem } from '../../workflows/domain/plan';
import type { Connections } from '../postgres/session/connections';
import { checkEncoding } from '../postgres/checks/encoding';
import { viewSettings } from './database-settings';
import { viewServer, type Needs } from './server';
import { viewServices } from './services';
import type { TargetView } from './target';
import { checkExistingObjects } from '../postgres/checks/existing-objects';
import { checkEventTriggers } from '../postgres/checks/event-trigger-trial';
import { targetRef } from '../postgres/database';
import { type TargetDemand, makesSchema } from './target-findings';

/** What the target's server can have, what will be left out, and what is left to do by hand. */
export type Readiness = Required<
  Pick<Plan, 'createRoles' | 'leftOutSettings' | 'nextSteps' | 'problems' | 'warnings'>
> &
  Pick<Plan, 'unreached'>;

/** Finds out whether the target's server can have what the source has. */
export async function viewReadiness(
  connections: Connections,
  target: TargetView,
  needs: Needs,
): Promise<Readiness> {
  const ofServices = needs.facts.service?.roles.map(({ name }) => name) ?? [];
  const roles = needs.mayCreateRoles ? [...needs.roles, ...ofServices] : needs.roles;
  const server = await viewServer(connections, target, { ...needs, roles });
  const { createRoles, unreached } = server;
  const { encoding } = needs.facts;
  const encodings = checkEncoding({ source: encoding, target: target.encoding });
  const problems = [...server.problems, ...encodings.problems];
  const settings = await viewSettings(connections, target, { facts: needs.facts, createRoles });
  const { leftOutSettings } = settings;
  const services = await viewServices(connections, target, { needs, createRoles });
  const warnings = [...server.warnings, ...settings.warnings, ...services.warnings];
  const nextSteps = [
    ...server.nextSteps,
    ...services.nextSteps,
    ...settings.nextSteps,
    ...CHECKLIST,
  ];
  return { createRoles, unreached, problems, leftOutSettings, warnings, nextSteps };
}

/** What a target is needed for, and the problems that were found without a trial. */
export interface Trying {
  readonly demand: TargetDemand;
  readonly found: readonly Problem[];
}

/**
 * Looks in a target that exists for what has to be made and is there already, and tries whether its event triggers let
 * through what the run will do there. Rolled back, and only if nothing else blocks the run: the target could be a
 * source, or the role could lack a right.
 */
export async function trialProblems(
  connections: Connections,
  view: TargetView,
  { demand, found }: Trying,
): Promise<readonly Problem[]> {
  if (found.length > 0 || view.before.kind === 'absent') return [];
  const existing = await existingProblems(connections, view, demand);
  if (existing.length > 0 || view.hasEventTriggers !== true) return existing;
  const { database } = view.identity;
  const { problems } = await connections.with(targetRef(view.identity, 'write'), (client) =>
    checkEventTriggers(client, { database, makesSchema: makesSchema(view, demand) }),
  );
  return problems;
}

async function existingProblems(
  connections: Connections,
  view: TargetView,
  demand: TargetDemand,
): Promise<readonly Problem[]> {
  if (demand.schema === undefined || !makesSchema(view, demand)) return [];
  const { database } = view.identity;
  const { snapshot } = demand.schema;
  const making = { database, snapshot, own: view.schema?.snapshot, schemas: demand.extent.schemas };
  const { problems } = await connections.with(targetRef(view.identity, 'read'), (client) =>
    checkExistingObjects(client, making),
  );
  return problems;
}
