import { HOST_ID } from './domain/names';

/** The host that a request names; whatever else stands there, the plan refuses. */
export function hostAsked(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('host' in input)) return undefined;
  const { host } = input;
  return typeof host === 'string' && HOST_ID.test(host) ? host : undefined;
}
