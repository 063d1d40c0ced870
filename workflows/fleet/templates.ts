import { CancellationScope, log } from '@temporalio/workflow';
import { causeOf, sentenceOf } from '../run/failure-cause';
import type { FrozenFleet, PreparedTemplates } from '../domain/fleet';
import { planning } from '../activity-options';

/**
 * Makes the template databases that a fleet's small projects are cloned from, one for each route. They
 * are optional: if one cannot be made, each project builds its schema itself.
 */
export function prepareTemplates({
  routes,
  total,
}: FrozenFleet): Promise<readonly PreparedTemplates[]> {
  if (total < 2) return Promise.resolve([]);
  return CancellationScope.nonCancellable(async () => {
    const prepared: PreparedTemplates[] = [];
    // One after another: an attempt ends all other sessions of its run.
    for (const route of routes) {
      const words = `template for ${route.source} → ${route.target}`;
      const templates = await orNothing(() => planning(words).prepareTemplates(route));
      if (templates !== undefined) prepared.push(templates);
    }
    return prepared;
  });
}

/** Drops the templates that were made for a fleet; one that cannot be dropped stays, and serves the next. */
export async function dropTemplates(prepared: readonly PreparedTemplates[]): Promise<void> {
  const made = prepared.filter((templates) => templates.made.length > 0);
  for (const templates of made)
    await orNothing(() => planning(`templates on ${templates.target}`).dropTemplates(templates));
}

async function orNothing<T>(use: () => Promise<T>): Promise<T | undefined> {
  try {
    return await use();
  } catch (error) {
    log.warn('template databases', { reason: sentenceOf(causeOf(error)) });
    return undefined;
  }
}
