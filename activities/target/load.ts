import { counted } from '../../workflows/domain/counted';
import type { Job, StepResult } from '../../workflows/domain/job';
import type { Manifest } from '../../workflows/domain/manifest';
import type { Step } from '../../workflows/domain/step-names';
import { recordStep } from '../postgres/lease';
import { replaceRows } from '../postgres/rows/load';
import type { Resources } from '../runtime/resources';
import { CLONED } from './claim';
import { importTables } from '../backup/import-tables';
import { finalizeRows, type Finalizing } from './finalize';
import { withFencedTarget, withExclusiveLease } from '../runtime/lease';

/** What is left to finish in a clone: the template's statistics say of tables without rows that they have none. */
function share({ contents, sequences }: Manifest, chosen: (table: string) => boolean): Finalizing {
  return {
    contents: contents.filter(({ table, rows }) => rows > 0 && chosen(table)),
    sequences: sequences.filter(({ ownedBy, sequence }) => chosen(ownedBy ?? sequence)),
  };
}

/**
 * Loads the chosen tables of the job's backup in one transaction: afterwards they hold exactly the
 * backup's rows, or nothing has changed. In a clone it finishes them, too. Safe to run twice.
 */
export async function loadStep(
  resources: Resources,
  { step, job }: { readonly step: Step; readonly job: Job },
  chosen: (table: string) => boolean,
): Promise<StepResult> {
  return withExclusiveLease(resources, { step, job }, async (writer) => {
    const manifest = await resources.store.manifest(job.backupId);
    const contents = manifest.contents.filter(({ table }) => chosen(table));
    const load = importTables(resources.store, manifest, { contents, meter: writer.meter });
    await withFencedTarget(writer, ({ client, steps, write }) =>
      write(async () => {
        await replaceRows(client, load.loading);
        if (steps.includes(CLONED)) await finalizeRows(client, share(manifest, chosen));
        await recordStep(client, step);
      }),
    );
    const rows = contents.reduce((sum, content) => sum + content.rows, 0);
    return {
      tables: load.results,
      note: `${counted(rows, 'row')} into ${counted(contents.length, 'table')}`,
    };
  });
}
