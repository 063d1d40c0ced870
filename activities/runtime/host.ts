import { Context } from '@temporalio/activity';
import type { Problem } from '../../workflows/domain/plan';

/**
 * The host of a worker: its backup directory. What is in there can be read by workers of that host only,
 * and those serve a task queue that is named after it.
 */
export interface Host {
  /** The host's id, `undefined` if the directory has none. Its task queue is served from then on. */
  readonly known: () => Promise<string | undefined>;
  /** The host's id, made if the directory has none. */
  readonly claim: () => Promise<string>;
}

/** The workflows that end with the plan. */
const SHOWING: ReadonlySet<string> = new Set(['planProject', 'planRestore']);

/** Makes sure that a plan's later steps have a host; a plan that is refused, or only shown, needs none. */
export async function hostFor(
  host: Host,
  problems: readonly Problem[],
): Promise<string | undefined> {
  if (problems.length > 0) return undefined;
  const isShown = SHOWING.has(Context.current().info.workflowType ?? '');
  return isShown ? host.known() : host.claim();
}
