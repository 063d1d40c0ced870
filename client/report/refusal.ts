import { FAILURES, isFailureCode, type FailureCode } from '../../workflows/domain/failure';
import type { Problem } from '../../workflows/domain/plan';
import { fitting } from '../progress/page';
import type { Asked } from '../ending';

/** A refusal that no report describes: about what, and what has not happened. */
interface Refusal {
  readonly problem: Problem;
  readonly undone?: string | undefined;
}

/**
 * A refusal in one line: `project-a: the plan could not be made, nothing was touched: AccessDenied: …`.
 * One that was refused before anything was started says itself what would be right.
 */
export function refusalLine({ problem, undone }: Refusal, { projectRef }: Asked): string {
  if (undone === undefined) return fitting(`${problem.code}: ${problem.message}\n`, process.stderr);
  const subject = projectRef === undefined ? '' : `${projectRef}: `;
  const why = `${problem.code}: ${withRemedy(problem)}`;
  return fitting(`${subject}${undone}, nothing was touched: ${why}\n`, process.stderr);
}

/** What helps after the end, if the table of failures speaks of a run that goes on by itself. */
const REMEDIES: Readonly<Partial<Record<FailureCode, string>>> = {
  ServerUnavailable:
    'Bring the server back, or correct the URL of the connection, then give the same command again.',
  BackupUnreachable:
    'Look at the disk or the network file system of the path named, then give the same command again.',
  ServerBusy: 'Free what is short, then give the same command again.',
  LockHeld: 'Wait for the other run, then give the same command again.',
};

/** What helps about a failure once the run has ended. */
export function remedyOf(code: FailureCode): string {
  return REMEDIES[code] ?? FAILURES[code].action;
}

function withRemedy({ code, message }: Problem): string {
  if (!isFailureCode(code)) return message;
  const end = /[.!?]$/.test(message) ? '' : '.';
  return `${message}${end} ${remedyOf(code)}`;
}
