import type { FailureCode } from './failure';

/**
 * What keeps a request from being done, found by moveout itself and said in its own words. Whatever else
 * is thrown outside an activity is a bug.
 */
export class KnownError extends Error {
  override readonly name = 'KnownError';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
