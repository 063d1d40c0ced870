import { types } from 'node:util';
import type { FailureCode } from '../workflows/domain/failure';
import { KnownError } from '../workflows/domain/known-error';
import { LOG_LEVEL } from '../workflows/domain/log-level';
import type { Problem } from '../workflows/domain/plan';
import { temporalProblem } from '../workflows/domain/temporal-problem';

/** What was thrown, as a problem, and whether it is a bug of moveout. */
export interface Fault {
  readonly problem: Problem;
  readonly isBug: boolean;
}

const OWN_FRAME = /\b((?:client|worker|workflows|activities)\/[\w./-]+:\d+)/;

/** What the system says when something of this machine is short or cannot be used. */
const OF_SYSTEM: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'DiskFull',
  EDQUOT: 'DiskFull',
  EMFILE: 'ServerBusy',
  ENFILE: 'ServerBusy',
  ENOMEM: 'ServerBusy',
  EAGAIN: 'ServerBusy',
  ECONNREFUSED: 'ServerUnavailable',
  ECONNRESET: 'ServerUnavailable',
  ETIMEDOUT: 'ServerUnavailable',
};

/**
 * Tells what was thrown: a wrong request or configuration, a server out of reach, or else a bug. What is
 * said of a bug is its kind and where it was thrown; its message may hold what is secret.
 */
export function faultOf(error: unknown): Fault {
  if (error instanceof UsageError) return known('InvalidInput', error.message);
  if (error instanceof KnownError) return known(error.code, error.message);
  if (!types.isNativeError(error)) return bug(typeof error);
  if (error.name === 'ConfigError') return known('ConfigInvalid', error.message);
  const temporal = temporalProblem(error);
  if (temporal !== undefined) return known(temporal.code, temporal.words);
  const system = systemProblem(error);
  return system === undefined ? bug(kindOf(error)) : { problem: system, isBug: false };
}

/** Whether a person asked for stacks: by `--debug`, or by the level of the log. */
export function isDebugging(): boolean {
  return ['debug', 'trace'].includes((process.env[LOG_LEVEL] ?? '').toLowerCase());
}

/** The kind of an error and its stack, without its message. */
export function stackOf(error: unknown): string {
  if (!types.isNativeError(error)) return typeof error;
  const frames = framesOf(error)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return [nameOf(error), ...frames].join('\n');
}

function known(code: FailureCode, message: string): Fault {
  return { problem: { code, message }, isBug: false };
}

function bug(what: string): Fault {
  const more = isDebugging() ? '' : '; --debug shows the stack';
  const message = `this is a bug in moveout (${what}): please report it${more}`;
  return { problem: { code: 'Unexpected', message }, isBug: true };
}

function kindOf(error: Error): string {
  const where = OWN_FRAME.exec(framesOf(error))?.[1];
  return where === undefined ? nameOf(error) : `${nameOf(error)} at ${where}`;
}

/** Only what the system itself refused has the name of a call. */
function systemProblem(error: Error): Problem | undefined {
  if (!('syscall' in error) || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  const what = 'path' in error ? String(error.path) : String(error.syscall);
  const code = OF_SYSTEM[error.code] ?? 'ConfigInvalid';
  return { code, message: `${what} cannot be used (${error.code})` };
}

function nameOf(error: Error): string {
  return /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
}

/** The stack repeats the message first, which may look like anything. */
function framesOf({ stack = '', message }: Error): string {
  return stack.slice(stack.indexOf(message) + message.length);
}

/** A request that cannot be run as it was typed; the message names the flag and holds no value of a secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
