import type { Manifest } from '../workflows/domain/manifest';
import type { Job, SchemaResult } from '../workflows/domain/job';
import { recordStep } from './postgres/lease';
import { parseDatabaseFacts, parseStatements, withoutUnreached } from './postgres/schema';
import type { Resources } from './runtime/resources';
import { claimTarget, CLONED } from './target/claim';
import { runInTurn } from './postgres/session/batch';
import { readRemoval, removeParts } from './target/removal';
import { withFencedTarget, withExclusiveLease } from './runtime/lease';

/**
 * Makes the target ready for rows: created or marked as this run's, with the schemas, types, tables,
 * functions and grants of the backup. If the target has the schemas, they stay if the plan found them equal, and are
 * replaced if it did not. Safe to run twice.
 */
export async function initSchema(resources: Resources, job: Job): Promise<SchemaResult> {
  return withExclusiveLease(resources, { step: 'initSchema', job }, async (writer) => {
    const { store } = resources;
    const manifest = await store.manifest(job.backupId);
    const script = parseStatements(await store.readText(job.backupId, manifest.schema.statements));
    const { own } = withoutUnreached(script, job.unreached);
    const facts = parseDatabaseFacts(manifest.database);
    const isCloned = await claimTarget(writer, {
      ...script,
      facts,
      mayClone: mayClone(resources, manifest),
      origin: { source: manifest.source, snapshotAt: manifest.timestamp },
    });
    if (isCloned) return CLONE;
    const { targetBefore } = job;
    const rebuild = targetBefore.kind === 'filled' && targetBefore.rebuild === true;
    const statements = targetBefore.kind === 'filled' && !rebuild ? [] : own.preData;
    const removal = rebuild ? await readRemoval(writer.connections, job) : undefined;
    const wasCloned = await withFencedTarget(writer, async ({ client, steps, write }) => {
      if (steps.includes('initSchema')) return steps.includes(CLONED);
      await write(async () => {
        if (removal !== undefined) await removeParts(client, removal, 'SchemaDiffers');
        await runInTurn(client, statements);
        await recordStep(client, 'initSchema');
      });
      return false;
    });
    if (wasCloned) return CLONE;
    const made = targetBefore.kind === 'absent' ? 'database created, ' : '';
    return { tables: [], note: `${made}${String(statements.length)} schema statements` };
  });
}

const CLONE: SchemaResult = { tables: [], note: 'database cloned from a template', cloned: true };

/** Above this many rows it is faster to build the indexes after the rows are loaded. */
const MOST_ROWS_INTO_INDEXES = 50_000;

function mayClone({ settings }: Resources, { contents }: Manifest): boolean {
  const rows = contents.reduce((sum, content) => sum + content.rows, 0);
  return settings.fleet.templates !== 'never' && rows <= MOST_ROWS_INTO_INDEXES;
}
