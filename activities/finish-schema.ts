import { counted } from '../workflows/domain/counted';
import type { Job, StepResult } from '../workflows/domain/job';
import { recordStep } from './postgres/lease';
import { parseStatements, withoutUnreached } from './postgres/schema';
import type { Resources } from './runtime/resources';
import { runInTurn } from './postgres/session/batch';
import { CLONED } from './target/claim';
import { finalizeRows } from './target/finalize';
import { withFencedTarget, withExclusiveLease } from './runtime/lease';

/**
 * Completes the schema behind the rows: keys, indexes, foreign keys, triggers and policies, in one
 * transaction; then sequences as they stood, and statistics. Safe to run twice.
 */
export async function finishSchema(resources: Resources, job: Job): Promise<StepResult> {
  return withExclusiveLease(resources, { step: 'finishSchema', job }, async (writer) => {
    const { store } = resources;
    const manifest = await store.manifest(job.backupId);
    const script = parseStatements(await store.readText(job.backupId, manifest.schema.statements));
    const { postData } = withoutUnreached(script, job.unreached).own;
    const { sequences, contents } = manifest;
    const { targetBefore } = job;
    const stands = targetBefore.kind === 'filled' && targetBefore.rebuild !== true;
    const made = await withFencedTarget(writer, async ({ client, steps, write }) => {
      const statements = stands || steps.includes(CLONED) ? [] : postData;
      if (steps.includes('finishSchema')) return statements.length;
      await write(async () => {
        await runInTurn(client, statements);
        await finalizeRows(client, { sequences, contents });
        await recordStep(client, 'finishSchema');
      });
      return statements.length;
    });
    return {
      tables: [],
      note: `${counted(made, 'schema statement')}, ${counted(sequences.length, 'sequence')}, statistics`,
    };
  });
}
