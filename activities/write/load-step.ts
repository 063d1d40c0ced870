import type { Job, StepResult } from '../../workflows/domain/job';
import type { Content } from '../../workflows/domain/manifest';
import type { Step } from '../../workflows/domain/steps';
import { recordStep } from '../postgres/fence';
import { replaceRows } from '../postgres/load';
import type { Resources } from '../resources';
import { tableLoad } from './load-tables';
import { inFencedTarget, writing } from './writing';

/**
 * Loads the chosen tables of the job's backup in one transaction: afterwards they hold exactly the
 * backup's rows, or nothing has changed. Safe to run twice.
 */
export async function loadStep(
  resources: Resources,
  { step, job }: { readonly step: Step; readonly job: Job },
  chosen: (content: Content) => boolean,
): Promise<StepResult> {
  return writing(resources, { step, job }, async (writer) => {
    const manifest = await resources.store.manifest(job.backupId);
    const contents = manifest.contents.filter(chosen);
    const load = tableLoad(resources.store, manifest, { contents, meter: writer.meter });
    await inFencedTarget(writer, ({ client, write }) =>
      write(async () => {
        await replaceRows(client, load.loading);
        await recordStep(client, step);
      }),
    );
    const rows = contents.reduce((sum, content) => sum + content.rows, 0);
    return {
      tables: load.results,
      note: `${String(rows)} rows into ${String(contents.length)} tables`,
    };
  });
}
