import type { InterruptedRuns } from '../../workflows/domain/interrupted';
import type { Attempt } from '../runtime/attempt';
import { configuredProjects } from '../projects/registry';
import { ifThere, configuredServers } from '../projects/servers';
import type { Resources } from '../runtime/resources';

/** The connections of every target server that the configuration knows, each server once. */
export async function targetServers(
  { settings }: Resources,
  { connections }: Pick<Attempt, 'connections'>,
): Promise<readonly string[]> {
  const configured = await ifThere(() => configuredProjects(connections, settings));
  return configuredServers(connections, { settings, which: 'target' }, configured);
}

/** What a look at one server finds. Where there are several, one that does not answer keeps no one from the others. */
export async function whereItAnswers(
  { connection, among }: { readonly connection: string; readonly among: readonly string[] },
  look: () => Promise<InterruptedRuns>,
): Promise<InterruptedRuns> {
  const isOnly = among.every((other) => other === connection);
  const found = isOnly ? await look() : await ifThere(look);
  if (found !== undefined) return found;
  const finding = `the server of connection "${connection}" does not answer: what interrupted runs have left there is not known`;
  return { interrupted: [], findings: [finding] };
}

/** Several findings as one; what is said of each run of a server is said once. */
export function together(found: readonly InterruptedRuns[]): InterruptedRuns {
  return {
    interrupted: found.flatMap(({ interrupted }) => interrupted),
    elsewhere: found.flatMap(({ elsewhere = [] }) => elsewhere),
    findings: [...new Set(found.flatMap(({ findings }) => findings))],
  };
}
