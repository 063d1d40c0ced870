import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import type { FleetReport } from '../workflows/domain/fleet';
import type { ReconcileReport } from '../workflows/domain/interrupted';
import type { Plan } from '../workflows/domain/plan';
import type { RestorePlan } from '../workflows/domain/restore-plan';
import { OUTCOMES, type Report } from '../workflows/domain/report';
import type { Ending } from './ending-kinds';

/** What is known of a request that has no report: who it was about, and since when. */
export interface Asked {
  readonly projectRef?: string | undefined;
  readonly databaseName?: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const reportSchema = z.custom<Report>(
  (value) =>
    isObject(value) &&
    'outcome' in value &&
    OUTCOMES.some((outcome) => outcome === value.outcome) &&
    'tables' in value,
);

const fleetSchema = z.custom<FleetReport>(
  (value) => isObject(value) && 'projects' in value && 'counts' in value,
);

const reconciledSchema = z.custom<ReconcileReport>(
  (value) => isObject(value) && 'reconciled' in value,
);

const planSchema = z.custom<Plan>((value) => isObject(value) && 'targetBefore' in value);

const restorePlanSchema = z.custom<RestorePlan>(
  (value) => isObject(value) && 'targetBefore' in value && 'backup' in value,
);

/** What a run leaves that could not even plan. */
const refusalSchema = z.object({ refused: z.object({ code: z.string(), message: z.string() }) });

/** Reads how a closed run ended: from its result, its failure, or its memo. */
export async function endingOf(handle: WorkflowHandle): Promise<Ending> {
  try {
    const result: unknown = await handle.result();
    return documentOf(result) ?? unknown(`run ${handle.workflowId} has a result of another kind`);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return failureOf(error) ?? (await memoOf(handle)) ?? withoutReport(error);
  }
}

function failureOf({ cause }: WorkflowFailedError): Ending | undefined {
  return cause instanceof ApplicationFailure ? documentOf(cause.details?.[0]) : undefined;
}

function documentOf(value: unknown): Ending | undefined {
  const report = reportSchema.safeParse(value);
  if (report.success) return { kind: 'report', report: report.data };
  const fleet = fleetSchema.safeParse(value);
  if (fleet.success) return { kind: 'fleet', fleet: fleet.data };
  const reconciled = reconciledSchema.safeParse(value);
  if (reconciled.success) return { kind: 'reconciled', reconciled: reconciled.data };
  const refusal = refusalSchema.safeParse(value);
  if (refusal.success) return { kind: 'refused', problem: refusal.data.refused };
  const restorePlan = restorePlanSchema.safeParse(value);
  if (restorePlan.success) return { kind: 'restorePlan', restorePlan: restorePlan.data };
  const plan = planSchema.safeParse(value);
  return plan.success ? { kind: 'plan', plan: plan.data } : undefined;
}

async function memoOf(handle: WorkflowHandle): Promise<Ending | undefined> {
  const { memo } = await handle.describe();
  return documentOf(memo?.['report']);
}

/** Steps that write end in a report; an activity's bare failure comes from one that only reads. */
function withoutReport({ cause, message }: WorkflowFailedError): Ending {
  if (cause instanceof ActivityFailure && cause.cause instanceof ApplicationFailure) {
    const { type, message: words } = cause.cause;
    return { kind: 'refused', problem: { code: type ?? 'Unexpected', message: words } };
  }
  if (cause instanceof CancelledFailure) {
    return {
      kind: 'refused',
      problem: { code: 'Cancelled', message: 'cancelled before anything was written' },
    };
  }
  return unknown(cause?.message ?? message);
}

function unknown(words: string): Ending {
  const message = `${words}; it is unknown whether the target is as it was: look at the run, then start again`;
  return { kind: 'unknown', problem: { code: 'Unexpected', message } };
}
