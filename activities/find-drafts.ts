import type { LeftoverDrafts, CandidateRuns } from '../workflows/domain/interrupted';
import { beating } from './runtime/attempt';
import type { Resources } from './runtime/resources';

/** Looks in this host's backup directory for folders that runs have begun and not finished. */
export async function findDrafts(
  { store }: Resources,
  candidates: CandidateRuns,
): Promise<readonly LeftoverDrafts[]> {
  return beating(async () => {
    const found: LeftoverDrafts[] = [];
    for (const { runId, backupIds } of candidates) {
      const folders: string[] = [];
      for (const backupId of backupIds) folders.push(...(await store.drafts(backupId, runId)));
      found.push({ runId, left: folders.map((folder) => `folder ${folder}`) });
    }
    return found;
  });
}
