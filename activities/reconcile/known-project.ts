import { Context } from '@temporalio/activity';
import { migrationWorkflowId } from '../../workflows/domain/names';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { configuredProjects } from '../projects/registry';
import { ifThere } from '../projects/servers';
import type { Attempt } from '../runtime/attempt';
import { failure } from '../runtime/failure';
import type { Resources } from '../runtime/resources';
import { findRun } from '../temporal/runs';

/** Fails if nothing knows the project: nobody may take a misspelt ref for a project of which nothing is left. */
export async function assertKnownProject(
  { settings }: Resources,
  { connections }: Pick<Attempt, 'connections'>,
  projectRef: string,
): Promise<void> {
  if (await hasRun(projectRef)) return;
  const configured = await ifThere(() => configuredProjects(connections, settings));
  if (configured?.some(({ ref }) => ref === projectRef) === true) return;
  throw failure(
    'NotFound',
    `this Temporal knows no run of project "${projectRef}", no target server has an unfinished marker of it, and it is not configured`,
  );
}

/** Whether Temporal knows a run of the project. A list may lag behind, and a run that was refused is not in it. */
async function hasRun(projectRef: string): Promise<boolean> {
  const { client } = Context.current();
  const last = await findRun(client, { workflowId: migrationWorkflowId(projectRef) });
  if (last !== undefined) return true;
  const query = `${SEARCH_ATTRIBUTES.project} = "${projectRef}"`;
  const { count } = await client.workflow.count(query);
  return count > 0;
}
