import type { Lane } from '../ground/lane';
import type { Account } from '../matrix/settle';
import type { Stage } from '../matrix/scene';
import { groundProblems } from './ground-problems';
import { imageDifference, imageIfThere } from './image';
import { arrivalProblems } from './migrated';

/** What a look from outside finds; `migrated` tells which of the two states the target is in. */
export interface Verdict {
  readonly migrated: boolean;
  readonly isThere: boolean;
  readonly problems: readonly string[];
}

const UNDONE = ['FAILED', 'CANCELLED', 'CANCELED'];

/** Looks at everything from outside: target, source, both servers, the backup folder. */
export async function judge(
  stage: Stage,
  account: Account,
  source: readonly string[],
): Promise<Verdict> {
  const target = await judgeTarget(stage, account);
  const databases = target.isThere ? [stage.database] : [];
  const ground = await groundProblems(stage.lane, {
    source,
    standing: stage.before.standing,
    databases,
  });
  return { ...target, problems: [...target.problems, ...ground] };
}

/** Looks at one target: whether all of its project is there, or all that was there before. */
export async function judgeTarget(stage: Stage, account: Account): Promise<Verdict> {
  const { lane, database, before, project } = stage;
  const target = await imageIfThere(lane.target.server, database);
  const change = imageDifference(before.target, target);
  // A run that was terminated right after its last write says nothing of it; the target does.
  const isSilent = account.status === 'TERMINATED' && change !== undefined;
  const migrated = account.outcome === 'migrated' || isSilent;
  const wrong = migrated
    ? await arrivalOr(lane, project.ref, target === undefined ? undefined : database)
    : prefixed('the target is not as before', change);
  return {
    migrated,
    isThere: target !== undefined,
    problems: [...wrong, ...oddStatus(account)],
  };
}

async function arrivalOr(
  lane: Lane,
  projectRef: string,
  database: string | undefined,
): Promise<readonly string[]> {
  if (database === undefined) return ['the run says "migrated", and there is no target'];
  return arrivalProblems(lane, projectRef, database);
}

function prefixed(words: string, found: string | undefined): readonly string[] {
  return found === undefined ? [] : [`${words}: ${found}`];
}

/** A run whose own word does not fit how Temporal closed it lies to its reader. */
function oddStatus({ status, outcome }: Account): readonly string[] {
  if (status === 'TERMINATED') return [];
  const allowed = outcome === 'migrated' ? ['COMPLETED'] : UNDONE;
  return allowed.includes(status) ? [] : [`the run says "${outcome}" and is ${status}`];
}
