import { types } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { DatabaseError } from 'pg';
import { temporalProblem } from '../../../workflows/domain/temporal-problem';
import { failure } from '../../failure';
import { clientError } from './client-error';
import type { Landing } from './conditions';
import { framesOf, programError } from './program-error';
import { serverError } from './server-error';
import { systemError } from './system-error';

/**
 * Turns whatever was thrown into a failure of the closed table. The message holds the place, the
 * SQLSTATE or the system's name of the error, names of objects, and our own words: nothing that
 * could be a value of a row. Failures of the table and cancellations are given back as they are.
 */
export function databaseFailure(error: unknown, place: string): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { code, words } = landingOf(error);
  const made = failure(code, `${place}: ${words}`);
  if (code === 'Unexpected' && types.isNativeError(error)) made.stack = stackOf(made, error);
  if (error instanceof DatabaseError && error.code !== undefined) STATES.set(made, error.code);
  return made;
}

/** Beside the failures, since what is in one goes into Temporal. */
const STATES = new WeakMap<Error, string>();

/** The SQLSTATE that a failure was made of; `undefined` if it came from elsewhere. */
export function sqlstateOf(error: unknown): string | undefined {
  return types.isNativeError(error) ? STATES.get(error) : undefined;
}

/** Where it was thrown, not where it was named; what it said stays out. */
function stackOf({ name, message }: Error, thrown: Error): string {
  return `${name}: ${message}\n${framesOf(thrown)}`;
}

/** Runs `use`; what a database call in it throws names the place that it was about. */
export async function naming<T>(place: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw databaseFailure(error, place);
  }
}

function landingOf(error: unknown): Landing {
  if (error instanceof DatabaseError) return serverError(error);
  if (!types.isNativeError(error)) return { code: 'Unexpected', words: typeof error };
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    temporalProblem(error) ??
    clientError(error, errno) ??
    systemError(error, errno) ??
    programError(error)
  );
}
