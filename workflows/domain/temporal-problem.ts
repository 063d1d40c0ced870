import type { FailureCode } from './failure';

/** What a call to Temporal came to that did not succeed. */
export interface TemporalProblem {
  readonly code: FailureCode;
  readonly words: string;
}

const NOT_NOW = 'Temporal does not answer for now';

/** gRPC's status codes by number; those left out cannot come about unless moveout itself is wrong. */
const OF_STATUS: Readonly<Record<number, TemporalProblem>> = {
  1: { code: 'ServerUnavailable', words: 'the call to Temporal was broken off' },
  4: { code: 'ServerUnavailable', words: 'Temporal did not answer in time' },
  5: { code: 'NotFound', words: 'Temporal has no such workflow or namespace' },
  7: {
    code: 'AccessDenied',
    words: 'Temporal does not allow this call: check the rights of the certificate or API key',
  },
  8: { code: 'ServerBusy', words: 'Temporal takes no more calls for now' },
  10: { code: 'ServerUnavailable', words: NOT_NOW },
  12: {
    code: 'ConfigInvalid',
    words: 'the server does not know the call: it is too old, or no Temporal',
  },
  13: { code: 'ServerUnavailable', words: 'Temporal failed inside' },
  14: { code: 'ServerUnavailable', words: NOT_NOW },
  16: {
    code: 'AccessDenied',
    words: 'Temporal refused the login: check the certificate or the API key',
  },
};

/** How many causes of causes are looked at. */
const DEEPEST = 5;

/** What an error of Temporal's client means; `undefined` if it is none. It says nothing in gRPC's words. */
export function temporalProblem(error: unknown): TemporalProblem | undefined {
  let cause = error;
  for (let depth = 0; depth < DEEPEST && cause instanceof Error; depth += 1) {
    if (cause.name === 'NamespaceNotFoundError' && 'namespace' in cause) {
      const words = `Temporal has no namespace "${String(cause.namespace)}": check TEMPORAL_NAMESPACE`;
      return { code: 'NotFound', words };
    }
    // A status has both; errors of the system have a code that is text.
    if ('code' in cause && typeof cause.code === 'number' && 'details' in cause) {
      return OF_STATUS[cause.code];
    }
    ({ cause } = cause);
  }
  return undefined;
}
