import type { PreparedTemplates } from '../../activities/prepare-templates';
import { working } from '../../workflows/steps';

export * from '../../workflows';

/** What a fleet does before its first project. */
export async function prepareFleet(): Promise<PreparedTemplates> {
  return working('template databases').prepareTemplates({});
}
