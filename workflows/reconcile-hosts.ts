import { causeOf } from './causes';
import type { Interrupted, InterruptedRuns } from './domain/interrupted';
import { planning } from './steps';

/**
 * Adds what interrupted runs have left in the backup directories of other hosts than the one that looked.
 * A host that does not answer is named, and keeps nobody from the rest.
 */
export async function withOtherHosts(found: InterruptedRuns): Promise<InterruptedRuns> {
  const { interrupted, remarks, elsewhere = [] } = found;
  const hosts = [...new Set(elsewhere.map(({ host }) => host))].filter(
    (host) => host !== undefined,
  );
  const looks = await Promise.all(
    hosts.map((host) =>
      lookAt(
        host,
        elsewhere.filter((one) => one.host === host),
      ),
    ),
  );
  return {
    interrupted: [...interrupted, ...looks.flatMap((look) => look.interrupted)],
    remarks: [...remarks, ...looks.flatMap((look) => look.remarks)],
  };
}

async function lookAt(host: string, runs: readonly Interrupted[]): Promise<InterruptedRuns> {
  const suspects = runs.map(({ runId, backupIds }) => ({ runId, backupIds }));
  try {
    const drafts = await planning(`what is left at host ${host}`, host).findDrafts(suspects);
    const leftBy = new Map(drafts.map(({ runId, left }) => [runId, left]));
    const judged = runs.map((run) => ({
      ...run,
      left: [...run.left, ...(leftBy.get(run.runId) ?? [])],
    }));
    return { interrupted: judged.filter(({ left }) => left.length > 0), remarks: [] };
  } catch (error) {
    if (causeOf(error).code === 'Cancelled') throw error;
    const remark = `host ${host} does not answer: what interrupted runs have left in its backup directory is not known`;
    return { interrupted: runs.filter(({ left }) => left.length > 0), remarks: [remark] };
  }
}
