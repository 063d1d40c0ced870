import { readRemoval, type Removal } from '../write/remove-parts';
import type { Writer } from '../write/writing';

/** What takes away all that this run brought into a target that stood before: parts and extensions. */
export async function readOwnRemoval({ connections, job, resources }: Writer): Promise<Removal> {
  const removal = await readRemoval(connections, job);
  if (job.targetBefore.kind === 'absent') return removal;
  const { schema } = await resources.store.manifest(job.backupId);
  return {
    ...removal,
    arrivals: { extensions: schema.extensions ?? [], before: job.targetBefore },
  };
}
