import { activityInfo, log } from '@temporalio/activity';
import {
  areBounded,
  boundedFindings,
  boundedWords,
  cutText,
  FINDINGS,
  fitting,
  ROWS_OF_TABLES,
  TABLES,
} from '../../workflows/domain/bounds';
import type { InterruptedRuns } from '../../workflows/domain/interrupted';
import type { BackupResult, StepResult } from '../../workflows/domain/job';
import type { NextStep } from '../../workflows/domain/next-steps';
import type { PlannedTable, Problem, UnclaimedRows } from '../../workflows/domain/plan';
import type { Evidence, RestoreProof } from '../../workflows/domain/report';
import { writeWhole } from '../disk/whole-list';
import type { Resources } from './resources';

/** What plans of every kind have in common. */
interface PlanFindings {
  readonly problems: readonly Problem[];
  readonly warnings?: readonly Problem[];
  readonly nextSteps?: readonly NextStep[] | undefined;
  readonly tables?: readonly PlannedTable[];
  readonly unclaimed?: readonly UnclaimedRows[] | undefined;
}

/** A plan that fits through Temporal; if something is left out, the whole is in a file that its last finding names. */
export async function boundedPlan<T extends PlanFindings>(
  { store }: Pick<Resources, 'store'>,
  plan: T,
): Promise<T> {
  const { problems, warnings, nextSteps, tables, unclaimed } = plan;
  const steps = nextSteps ?? [];
  const isShort =
    areBounded(problems) &&
    areBounded(warnings ?? []) &&
    fitting(steps, FINDINGS).length === steps.length;
  const whole = isShort ? undefined : await whereItIs(store, { problems, warnings, nextSteps });
  return {
    ...plan,
    problems: boundedFindings(problems, whole),
    ...(warnings && { warnings: boundedFindings(warnings, whole) }),
    ...(nextSteps && { nextSteps: boundedSteps(nextSteps, whole) }),
    ...(tables && { tables: fitting(byRows(tables), TABLES) }),
    ...(unclaimed && { unclaimed: fitting(unclaimed, ROWS_OF_TABLES) }),
  };
}

/** Next steps that fit; if any is left out, a last one says how many and where all of them are. */
function boundedSteps(steps: readonly NextStep[], whole: string | undefined): readonly NextStep[] {
  const kept = fitting(steps, FINDINGS);
  const left = steps.length - kept.length;
  if (left === 0) return kept;
  const action = `Do the ${String(left)} next steps that are not shown here as well: all of them are in ${whole ?? 'no file'}.`;
  return [...kept, { action, reason: 'The list is too long to be shown.' }];
}

/** Evidence that fits; tables that differ come first. */
export async function boundedEvidence<T extends Evidence>(
  { store }: Pick<Resources, 'store'>,
  evidence: T,
): Promise<T> {
  const { tables, drift, differences } = evidence;
  const kept = {
    tables: fitting(
      [...tables].sort((a, b) => Number(a.equal) - Number(b.equal)),
      TABLES,
    ),
    drift: fitting(drift, ROWS_OF_TABLES),
    differences: boundedWords(differences),
  };
  const isWhole =
    kept.tables.length === tables.length &&
    kept.drift.length === drift.length &&
    kept.differences.length === differences.length;
  if (isWhole) return { ...evidence, differences: kept.differences };
  const whole = await whereItIs(store, { tables, drift, differences });
  return { ...evidence, ...kept, differences: boundedWords(differences, whole) };
}

/** A step's result; if it has too many tables, only the largest. */
export function boundedStep<T extends StepResult>(result: T): T {
  const tables = [...result.tables];
  const isWhole = fitting(tables, TABLES).length === tables.length;
  const kept = isWhole ? tables : fitting(byRows(tables), TABLES);
  return { ...result, note: cutText(result.note), tables: kept };
}

/** A backup's result that fits through Temporal: its largest tables, with their digests. */
export function boundedBackup(result: BackupResult): BackupResult {
  const bounded = boundedStep(result);
  const digests = bounded.tables.map(({ table }) => [table, result.digests[table]] as const);
  return {
    ...bounded,
    digests: Object.fromEntries(
      digests.flatMap(([table, digest]) => (digest === undefined ? [] : [[table, digest]])),
    ),
  };
}

export function boundedProof(proof: RestoreProof): RestoreProof {
  return { ...proof, facts: boundedWords(proof.facts) };
}

/** Runs as many as one look can restore; the next look finds the rest. */
export function boundedRuns({
  interrupted,
  elsewhere = [],
  findings,
}: InterruptedRuns): InterruptedRuns {
  const kept = { interrupted: fitting(interrupted, RUNS), elsewhere: fitting(elsewhere, RUNS) };
  const left =
    interrupted.length + elsewhere.length - kept.interrupted.length - kept.elsewhere.length;
  const more =
    left === 0 ? [] : [`${left} more runs are left for the next reconcile: start it again`];
  return { ...kept, findings: [...boundedWords(findings), ...more] };
}

const RUNS = { most: 100, bytes: 180_000 };

function byRows<T extends { readonly rows?: number | undefined }>(
  tables: readonly T[],
): readonly T[] {
  return [...tables].sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0));
}

/** Where the whole was written, in words; a directory that cannot be written keeps no plan from being made. */
async function whereItIs(store: Resources['store'], list: object): Promise<string> {
  const { activityType, workflowExecution } = activityInfo();
  const name = `${activityType}_${workflowExecution?.runId ?? 'unknown'}`;
  try {
    return await writeWhole(store, name, list);
  } catch (error) {
    log.warn('a list that is too long for Temporal could not be written', { error: String(error) });
    return 'no file, for the backup directory cannot be written';
  }
}
