import { counted } from '../workflows/domain/counted';
import type { Job, StepResult } from '../workflows/domain/job';
import { readExistingBuilds, tablesWithStatistics } from './postgres/catalog/builds';
import { recordStep } from './postgres/lease';
import { parseStatements, withoutUnreached } from './postgres/schema';
import { runInTurn } from './postgres/session/batch';
import { useBuildMemory } from './postgres/session/build-memory';
import type { Resources } from './runtime/resources';
import { CLONED } from './target/claim';
import { finalizeRows } from './target/finalize';
import { chooseTogether } from './target/load-together';
import { withFencedTarget, withExclusiveLease } from './runtime/lease';

/**
 * Completes the schema behind the rows: the keys and indexes that do not stand yet, foreign keys, triggers and policies,
 * in one transaction, with sequences as they stood, and statistics. Safe to run twice.
 */
export async function finishSchema(resources: Resources, job: Job): Promise<StepResult> {
  return withExclusiveLease(resources, { step: 'finishSchema', job }, async (writer) => {
    const { store } = resources;
    const manifest = await store.manifest(job.backupId);
    const script = parseStatements(await store.readText(job.backupId, manifest.schema.statements));
    const { postData, builds } = withoutUnreached(script, job.unreached).own;
    const { sequences, contents } = manifest;
    const { targetBefore } = job;
    const stands = targetBefore.kind === 'filled' && targetBefore.rebuild !== true;
    const made = await withFencedTarget(writer, async (target) => {
      const { client, steps, write } = target;
      const statements = stands || steps.includes(CLONED) ? [] : postData;
      if (steps.includes('finishSchema')) return statements.length;
      const standing = await readExistingBuilds(client, statements.length === 0 ? [] : builds);
      const built = new Set(standing.map(({ statement }) => statement));
      const missing = statements.filter((statement) => !built.has(statement));
      const together = await chooseTogether(target, job, contents);
      await write(async () => {
        await useBuildMemory(client, 1);
        await runInTurn(client, missing);
        const names = together.map(({ table }) => table);
        const analysed = await tablesWithStatistics(client, names, builds);
        await finalizeRows(client, {
          sequences,
          contents: contents.filter(({ table }) => !analysed.has(table)),
        });
        await recordStep(client, 'finishSchema');
      });
      return missing.length;
    });
    return {
      tables: [],
      note: `${counted(made, 'schema statement')}, ${counted(sequences.length, 'sequence')}, statistics`,
    };
  });
}
