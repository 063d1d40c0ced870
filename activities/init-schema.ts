import type { Job, StepResult } from '../workflows/domain/job';
import { readMark, recordStep } from './postgres/fence';
import { parseSchemaSql } from './postgres/schema';
import type { Resources } from './resources';
import { claimTarget } from './write/claim-target';
import { runStatements } from './postgres/run-statements';
import { inFencedTarget, writing } from './write/writing';

/**
 * Makes the target ready for rows: created or marked as this run's, with the schemas, types, tables,
 * functions and grants of the backup. Where the target had the schemas they stay as they are; the plan
 * found them equal. Safe to run twice.
 */
export async function initSchema(resources: Resources, job: Job): Promise<StepResult> {
  return writing(resources, { step: 'initSchema', job }, async (writer) => {
    const { store } = resources;
    const manifest = await store.manifest(job.backupId);
    const { before } = parseSchemaSql(await store.readText(job.backupId, manifest.schema.file));
    await claimTarget(writer, manifest);
    const statements = job.targetBefore.kind === 'filled' ? [] : before;
    await inFencedTarget(writer, async ({ client, write }) => {
      const mark = await readMark(client);
      if (mark?.steps.includes('initSchema')) return;
      await write(async () => {
        await runStatements(client, statements);
        await recordStep(client, 'initSchema');
      });
    });
    const made = job.targetBefore.kind === 'absent' ? 'database created, ' : '';
    return { tables: [], note: `${made}${String(statements.length)} schema statements` };
  });
}
