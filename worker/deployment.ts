import type { WorkerDeploymentVersion } from '@temporalio/common';
import { ConfigError } from './config-error';

// The names under which the Temporal Worker Controller tells a worker what it is.
const NAME = 'TEMPORAL_DEPLOYMENT_NAME';
const BUILD = 'TEMPORAL_WORKER_BUILD_ID';

/**
 * Gives the worker deployment version that the environment names, `undefined` when it names none.
 * Throws a `ConfigError` when half of it is missing or the name is one that Temporal refuses.
 */
export function deploymentIn(
  environment: Readonly<NodeJS.ProcessEnv>,
): WorkerDeploymentVersion | undefined {
  const deploymentName = environment[NAME] ?? '';
  const buildId = environment[BUILD] ?? '';
  if (deploymentName === '' && buildId === '') return undefined;
  if (deploymentName === '') throw new ConfigError(incompletePair(BUILD, NAME));
  if (buildId === '') throw new ConfigError(incompletePair(NAME, BUILD));
  if (/[.:]|^__/.test(deploymentName)) {
    throw new ConfigError(
      `${NAME}: "${deploymentName}" must hold no dot and no colon, and must not begin with "__"`,
    );
  }
  return { deploymentName, buildId };
}

function incompletePair(set: string, missing: string): string {
  return `${set} is set and ${missing} is not: a worker deployment version needs both, a worker without one neither`;
}
