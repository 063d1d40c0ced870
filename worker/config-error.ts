/** A configuration that cannot be used; its message lists everything that is wrong, with its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
