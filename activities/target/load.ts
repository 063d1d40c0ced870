import { counted } from '../../workflows/domain/counted';
import { sessionsOf } from '../../workflows/domain/sessions';
import type { Job, StepResult } from '../../workflows/domain/job';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import type { Step } from '../../workflows/domain/step-names';
import { recordStep } from '../postgres/lease';
import { replaceRows } from '../postgres/rows/load';
import { parseStatements, type Build } from '../postgres/schema';
import type { Resources } from '../runtime/resources';
import { chooseTogether, loadTogether, type Together } from './load-together';
import { readExistingBuilds } from '../postgres/catalog/builds';
import { CLONED } from './claim';
import { importTables } from '../backup/import-tables';
import { finalizeRows, type Finalizing } from './finalize';
import { withFencedTarget, withExclusiveLease, type FencedTarget } from '../runtime/lease';

/** What is left to finish in a clone: the template's statistics say of tables without rows that they have none. */
function share({ contents, sequences }: Manifest, chosen: (table: string) => boolean): Finalizing {
  return {
    contents: contents.filter(({ table, rows }) => rows > 0 && chosen(table)),
    sequences: sequences.filter(({ ownedBy, sequence }) => chosen(ownedBy ?? sequence)),
  };
}

/** Which tables a step loads. */
interface LoadOrder {
  readonly step: Step;
  readonly job: Job;
  /** Whether keys and indexes may be left to the step that loads the other tables. */
  readonly mayLeaveBuilds: boolean;
}

/**
 * Loads the chosen tables of the job's backup: afterwards they hold exactly the backup's rows. In a target that held
 * something before, all in one transaction; in a new one the big tables side by side, with their keys and indexes, or
 * with those that an earlier step has left. In a clone it finishes them, too. Safe to run twice.
 */
export async function loadStep(
  resources: Resources,
  order: LoadOrder,
  chosen: (table: string) => boolean,
): Promise<StepResult> {
  const { step, job } = order;
  return withExclusiveLease(resources, { step, job }, async (writer) => {
    const manifest = await resources.store.manifest(job.backupId);
    const contents = manifest.contents.filter(({ table }) => chosen(table));
    const { loading, results } = importTables(resources.store, manifest, {
      ...{ contents, meter: writer.meter },
    });
    const built = await withFencedTarget(writer, async (target) => {
      const { client, steps, write } = target;
      const big = await chooseTogether(target, job, contents);
      const builds = await planBuilds({ resources, manifest, target }, order, big);
      if (big.length > 0) {
        const sessions = sessionsOf(resources.settings, job);
        await loadTogether(target, { contents: big, loading, ...builds, sessions });
      }
      const rest = contents.filter((content) => !big.includes(content));
      await write(async () => {
        await replaceRows(client, { ...loading, contents: rest });
        if (steps.includes(CLONED)) await finalizeRows(client, share(manifest, chosen));
        await recordStep(client, step);
      });
      const own = builds.leavesBuilds ? [] : builds.builds;
      return [...own, ...[...builds.leftBuilds.values()].flat()].length;
    });
    const rows = contents.reduce((sum, content) => sum + content.rows, 0);
    const withBuilds = built === 0 ? '' : `, ${String(built)} keys and indexes`;
    return {
      tables: contents.flatMap(({ table }) => results.find((one) => one.table === table) ?? []),
      note: `${counted(rows, 'row')} into ${counted(contents.length, 'table')}${withBuilds}`,
    };
  });
}

interface Ground {
  readonly resources: Resources;
  readonly manifest: Manifest;
  readonly target: FencedTarget;
}

const NO_BUILDS = {
  builds: [],
  leavesBuilds: false,
  leftBuilds: new Map<string, readonly Build[]>(),
};

/** What is built on the big tables of a step and, while they are loaded, on those of the step before. */
async function planBuilds(
  { resources: { store }, manifest, target }: Ground,
  { job, mayLeaveBuilds }: LoadOrder,
  big: readonly Content[],
): Promise<Pick<Together, 'builds' | 'leavesBuilds' | 'leftBuilds'>> {
  if (big.length === 0) return NO_BUILDS;
  const { backupId, contents, schema } = manifest;
  const { builds } = parseStatements(await store.readText(backupId, schema.statements));
  const isOn = ({ table }: Build, tables: readonly Content[]): boolean =>
    tables.some((content) => content.table === table);
  const own = builds.filter((build) => isOn(build, big));
  const others = await chooseTogether(
    target,
    job,
    contents.filter((one) => !big.includes(one)),
  );
  if (mayLeaveBuilds)
    return { builds: own, leavesBuilds: others.length > 0, leftBuilds: new Map() };
  const standing = await readExistingBuilds(
    target.client,
    builds.filter((build) => isOn(build, others)),
  );
  const leftBuilds = others.map(({ table }) => {
    const missing = builds.filter((build) => build.table === table && !standing.includes(build));
    return [table, missing] as const;
  });
  return { builds: own, leavesBuilds: false, leftBuilds: new Map(leftBuilds) };
}
