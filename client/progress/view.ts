import type { Progress, StepProgress } from '../../workflows/domain/progress';
import type { StepView } from './display';
import type { Pending } from './watch';

/** The steps of a run that have begun: what the run knows, and for running ones what their activities last said. */
export function viewOf(
  progress: Progress,
  pending: readonly Pending[],
  now: number,
): readonly StepView[] {
  return progress.steps
    .filter(({ state }) => state !== 'waiting')
    .map((step) => stepView(step, pending, now));
}

function stepView(step: StepProgress, pending: readonly Pending[], now: number): StepView {
  const { state, tables, startedAt, finishedAt } = step;
  const begun = startedAt === undefined ? now : Date.parse(startedAt);
  const ended = finishedAt === undefined ? now : Date.parse(finishedAt);
  const seconds = Math.max(0, (ended - begun) / 1000);
  const live = pending.find(({ heartbeat }) => heartbeat?.step === step.step)?.heartbeat;
  if (state === 'running' && live !== undefined) {
    const { rows, bytes, totalRows, table } = live;
    return { step: step.step, state, rows, bytes, totalRows, seconds, note: table ?? '' };
  }
  const sum = (field: 'rows' | 'bytes'): number =>
    tables.reduce((total, table) => total + table[field], 0);
  return {
    step: step.step,
    state,
    rows: sum('rows'),
    bytes: sum('bytes'),
    seconds,
    note: step.note ?? '',
  };
}
