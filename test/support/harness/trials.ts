import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { exists } from './databases';
import { endingOf, type Ending } from './ending';
import { imageOf } from './image';
import type { Intervene } from './interventions';
import type { TestProject, Testbed } from './testbed';
import { deferred, type Deferred } from '../deferred';

/** A trial under way, for whoever intervenes in it. */
export interface UnderWay {
  readonly database: string;
  /** Asks Temporal to cancel the run. */
  readonly cancel: () => Promise<unknown>;
}

/** A migration that is to fail, and the target that it finds. */
export interface Trial {
  readonly name: string;
  readonly intervene: (trial: UnderWay) => Intervene;
  /** Makes the target; left out, it is absent. */
  readonly prepare?: ((database: string) => Promise<void>) | undefined;
  /** Whether the request says to replace what the target holds. */
  readonly replace?: boolean;
}

/** All that can be seen of a trial from outside, before and after. */
export interface Verdict {
  readonly project: TestProject;
  readonly ending: Ending;
  /** `undefined`: there was no such database. */
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
  /** A database under the run's provisional name. */
  readonly stagingLeft: boolean;
  /** What stands in the backup directory for this run, by name. */
  readonly backups: readonly string[];
}

/** Runs one trial. */
export async function tryOut(bed: Testbed, trial: Trial): Promise<Verdict> {
  const project = bed.nextProject();
  await trial.prepare?.(project.databaseName);
  const before = await imageIfThere(project.databaseName);
  const input = { ...project, replace: trial.replace ?? false };
  const known = new EventEmitter();
  const started = once(known, 'started');
  const cancel = (): Promise<unknown> => started.then(() => handle.cancel());
  const intervene = trial.intervene({ database: project.databaseName, cancel });
  const handle = await bed.start('migrateProject', [input], intervene);
  known.emit('started');
  const ending = await endingOf(handle);
  const { startTime } = await handle.describe();
  const id = `backup_${project.projectRef}_${startTime.getTime()}`;
  return {
    project,
    ending,
    before,
    after: await imageIfThere(project.databaseName),
    stagingLeft: await exists(stagingName(ending.runId)),
    backups: (await readdir(bed.backups)).filter((name) => name.startsWith(id)).sort(),
  };
}

/** Runs trials a few at a time; the verdict of each can be awaited under its name. */
export function tryAll(
  bed: Testbed,
  trials: readonly Trial[],
  atOnce = 3,
): (name: string) => Promise<Verdict> {
  const waiting = [...trials];
  const verdicts = new Map<string, Deferred<Verdict>>();
  for (const { name } of trials) verdicts.set(name, deferred());
  const work = async (): Promise<void> => {
    for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
      const verdict = verdicts.get(trial.name);
      await tryOut(bed, trial).then(verdict?.resolve, verdict?.reject);
    }
  };
  for (let i = 0; i < atOnce; i += 1) void work();
  return (name) =>
    verdicts.get(name)?.promise ?? Promise.reject(new Error(`there is no trial "${name}"`));
}

async function imageIfThere(database: string): Promise<readonly string[] | undefined> {
  return (await exists(database)) ? imageOf(database) : undefined;
}

function stagingName(runId: string): string {
  return `moveout_staging_${createHash('sha256').update(runId).digest('hex').slice(0, 12)}`;
}
