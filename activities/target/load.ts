import { counted } from '../../workflows/domain/counted';
import { sessionsOf } from '../../workflows/domain/sessions';
import type { Job, StepResult } from '../../workflows/domain/job';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import type { Step } from '../../workflows/domain/step-names';
import { recordStep } from '../postgres/lease';
import { replaceRows } from '../postgres/rows/load';
import { parseStatements, type Build } from '../postgres/schema';
import type { Resources } from '../runtime/resources';
import { chooseTogether, loadTogether } from './load-together';
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
 * Loads the chosen tables of the job's backup: afterwards they hold exactly the backup's rows. In a target that held
 * something before, all in one transaction; in a new one the big tables side by side, with their keys and indexes.
 * In a clone it finishes them, too. Safe to run twice.
 */
export async function loadStep(
  resources: Resources,
  { step, job }: { readonly step: Step; readonly job: Job },
  chosen: (table: string) => boolean,
): Promise<StepResult> {
  return withExclusiveLease(resources, { step, job }, async (writer) => {
    const manifest = await resources.store.manifest(job.backupId);
    const contents = manifest.contents.filter(({ table }) => chosen(table));
    const { loading, results } = importTables(resources.store, manifest, {
      ...{ contents, meter: writer.meter },
    });
    const built = await withFencedTarget(writer, async (target) => {
      const { client, steps, write } = target;
      const together = await chooseTogether(target, job, contents);
      const builds = await buildsOn(resources, manifest, together);
      if (together.length > 0) {
        const sessions = sessionsOf(resources.settings, job);
        await loadTogether(target, { contents: together, loading, builds, sessions });
      }
      const rest = contents.filter((content) => !together.includes(content));
      await write(async () => {
        await replaceRows(client, { ...loading, contents: rest });
        if (steps.includes(CLONED)) await finalizeRows(client, share(manifest, chosen));
        await recordStep(client, step);
      });
      return builds.length;
    });
    const rows = contents.reduce((sum, content) => sum + content.rows, 0);
    const withBuilds = built === 0 ? '' : `, ${String(built)} keys and indexes`;
    return {
      tables: contents.flatMap(({ table }) => results.find((one) => one.table === table) ?? []),
      note: `${counted(rows, 'row')} into ${counted(contents.length, 'table')}${withBuilds}`,
    };
  });
}

async function buildsOn(
  { store }: Resources,
  { backupId, schema }: Manifest,
  contents: readonly Content[],
): Promise<readonly Build[]> {
  if (contents.length === 0) return [];
  const { builds } = parseStatements(await store.readText(backupId, schema.statements));
  return builds.filter((one) => contents.some(({ table }) => table === one.table));
}
