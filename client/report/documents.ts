import type { Plan, Problem } from '../../workflows/domain/plan';
import type { RestorePlan } from '../../workflows/domain/restore-plan';
import type { Ending } from '../ending';

/** What is known of a request that has no report: who it was about, and since when. */
export interface Asked {
  readonly projectRef?: string | undefined;
  readonly databaseName?: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** What `--json` prints where no workflow made a report. */
export interface ShortDocument extends Asked {
  readonly outcome: 'refused' | 'unknown' | 'interrupted';
  readonly tables: readonly [];
  readonly drift: readonly [];
  readonly problems: readonly Problem[];
  readonly warnings: readonly [];
  readonly steps: readonly [];
  readonly finishedAt: string;
}

/** The one document that says how a request ended. */
export function documentOf(ending: Ending, asked: Asked): object {
  switch (ending.kind) {
    case 'report':
      return ending.report;
    case 'fleet':
      return ending.fleet;
    case 'told':
      return ending.document;
    case 'reconciled':
      return ending.reconciled;
    case 'plan':
      return planned(ending.plan);
    case 'restorePlan':
      return planned(ending.restorePlan);
    case 'refused':
      return short(asked, 'refused', [ending.problem]);
    case 'unknown':
    case 'bug':
      return short(asked, 'unknown', [ending.problem]);
    case 'detached':
      return short(asked, 'interrupted', []);
  }
}

function planned(plan: Plan | RestorePlan): object {
  const { projectRef, databaseName } = plan.project;
  const outcome = plan.problems.length === 0 ? 'planned' : 'refused';
  return { projectRef, databaseName, outcome, ...plan };
}

function short(
  asked: Asked,
  outcome: ShortDocument['outcome'],
  problems: readonly Problem[],
): ShortDocument {
  const finishedAt = new Date().toISOString();
  const empty = { tables: [], drift: [], warnings: [], steps: [] } as const;
  return { ...asked, ...empty, outcome, problems, finishedAt };
}
