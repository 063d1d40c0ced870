import { CHECKLIST } from '../../workflows/domain/next-steps';
import type { Plan } from '../../workflows/domain/plan';
import type { Connections } from '../postgres/connections';
import { encodingRemarks } from './checks/encoding-remarks';
import { viewSettings } from './database-settings';
import { viewServer, type Needs } from './server-problems';
import { viewServices } from './services';
import type { TargetView } from './target';

/** What the target's server is able to take, what will be left out, and what is left to do by hand. */
export type Readiness = Required<
  Pick<Plan, 'createRoles' | 'leftOutSettings' | 'nextSteps' | 'problems' | 'warnings'>
> &
  Pick<Plan, 'unreached'>;

/** Asks the target's server whether it can be given what the source has. */
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
  const encodings = encodingRemarks({ source: encoding, target: target.encoding });
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
