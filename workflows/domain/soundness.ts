import type { Job } from './job';
import type { Evidence } from './report';

/** Why a run cannot end well with what its verification found. */
export interface Unsound {
  readonly code: 'VerificationFailed' | 'Drifted';
  readonly words: readonly string[];
}

/**
 * Whether the target is what the backup says, and the source too where that was asked for; `undefined`
 * where it is. The same for the step that sets the completed mark and for the run that reports it.
 */
export function unsoundIn(
  { differences, drift }: Evidence,
  onDrift: Job['onDrift'],
): Unsound | undefined {
  if (differences.length > 0) return { code: 'VerificationFailed', words: differences };
  if (onDrift === 'report' || drift.length === 0) return undefined;
  return { code: 'Drifted', words: drift.map(({ table }) => table) };
}
