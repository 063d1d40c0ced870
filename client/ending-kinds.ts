import type { FleetReport } from '../workflows/domain/fleet';
import type { ReconcileReport } from '../workflows/domain/interrupted';
import type { Plan, Problem } from '../workflows/domain/plan';
import type { Report } from '../workflows/domain/report';
import type { RestorePlan } from '../workflows/domain/restore-plan';

/** How a run ended, or why it is no longer followed. */
export type Ending =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'fleet'; readonly fleet: FleetReport }
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'restorePlan'; readonly restorePlan: RestorePlan }
  | { readonly kind: 'reconciled'; readonly reconciled: ReconcileReport }
  /** What was asked is done; this is what there is to say. */
  | { readonly kind: 'told'; readonly text: string; readonly document: object }
  /** It never got to anything that writes. `undone` says what has not happened. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly undone?: string | undefined }
  /** It ended in a way that says nothing about the target: an operator has to look. */
  | { readonly kind: 'unknown'; readonly problem: Problem }
  /** Moveout itself failed, a bug: nothing is known of any database. */
  | { readonly kind: 'bug'; readonly problem: Problem }
  /** The script detached from it; the run continues on its worker. */
  | { readonly kind: 'detached' };
