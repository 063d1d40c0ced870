import type { Job, StepResult } from '../workflows/domain/job';
import type { Manifest } from '../workflows/domain/manifest';
import type { Client } from './postgres/database-client';
import { placeSequence, setSequence } from './postgres/catalog/sequences';
import { analyze } from './postgres/analyze';
import { readMark, recordStep } from './postgres/fence';
import { parseSchemaSql } from './postgres/schema';
import type { Resources } from './resources';
import { runStatements } from './postgres/run-statements';
import { CLONED } from './write/claim-target';
import { inFencedTarget, writing } from './write/writing';

/**
 * Completes the schema behind the rows: keys, indexes, foreign keys, triggers and policies, in one
 * transaction; then sequences beyond every value present, and statistics. Safe to run twice.
 */
export async function finishSchema(resources: Resources, job: Job): Promise<StepResult> {
  return writing(resources, { step: 'finishSchema', job }, async (writer) => {
    const { store } = resources;
    const manifest = await store.manifest(job.backupId);
    const { after } = parseSchemaSql(await store.readText(job.backupId, manifest.schema.file));
    const { targetBefore } = job;
    const stands = targetBefore.kind === 'filled' && targetBefore.rebuild !== true;
    const made = await inFencedTarget(writer, async ({ client, write }) => {
      const mark = await readMark(client);
      const isClone = mark?.steps.includes(CLONED) === true;
      const statements = stands || isClone ? [] : after;
      const changed = manifest.contents.filter(({ rows }) => !isClone || rows > 0);
      if (mark?.steps.includes('finishSchema') === true) return statements.length;
      await write(async () => {
        await runStatements(client, statements);
        await setSequences(client, manifest);
        await analyze(
          client,
          changed.map(({ table }) => table),
        );
        await recordStep(client, 'finishSchema');
      });
      return statements.length;
    });
    return {
      tables: [],
      note: `${String(made)} schema statements, ${String(manifest.sequences.length)} sequences, statistics`,
    };
  });
}

/** A target's own rows come back with its sequences exactly as they stood. */
async function setSequences(client: Client, manifest: Manifest): Promise<void> {
  const set = manifest.kind === 'target' ? placeSequence : setSequence;
  for (const sequence of manifest.sequences) await set(client, sequence);
}
