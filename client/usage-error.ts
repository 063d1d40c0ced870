/** A request that cannot be taken up as it was typed; the message names the flag and holds no value of a secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
