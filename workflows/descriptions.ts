import { counted } from './domain/counted';
import type { StepResult } from './domain/job';
import type { Plan } from './domain/plan';
import type { Evidence } from './domain/report';

/** So many stand in one line. */
const FEW = 5;

/** A verification in counts and one line. */
export function describeEvidence(evidence: Evidence): StepResult {
  const equal = evidence.tables.filter((table) => table.equal).length;
  const drift =
    evidence.drift.length === 0 ? '' : `, ${String(evidence.drift.length)} drifted in the source`;
  return {
    tables: [],
    note: `${String(equal)} of ${counted(evidence.tables.length, 'table')} equal${drift}`,
  };
}

/** The first few of many, for one line. */
export function truncate(words: readonly string[]): string {
  const more = words.length > FEW ? ` and ${words.length - FEW} more` : '';
  return `${words.slice(0, FEW).join('; ')}${more}`;
}

/** A plan in counts and one line. */
export function describePlan(plan: Plan): StepResult {
  const problems =
    plan.problems.length === 0 ? '' : `, ${counted(plan.problems.length, 'problem')}`;
  return {
    tables: [],
    note: `${counted(plan.users, 'user')}, ${counted(plan.buckets, 'bucket')}, target ${plan.targetBefore.kind}${problems}`,
  };
}
