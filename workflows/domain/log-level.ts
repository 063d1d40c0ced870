import { KnownError } from './known-error';

/** The levels of the log, from all to the least. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The environment variable that sets the least level that is logged. */
export const LOG_LEVEL = 'MOVEOUT_LOG_LEVEL';

/** The level that the variable's value names; `info` without one. Throws one message for any other. */
export function logLevelOf(value: string | undefined): LogLevel {
  if (value === undefined || value === '') return 'info';
  const level = LOG_LEVELS.find((one) => one === value.toLowerCase());
  if (level !== undefined) return level;
  throw new KnownError(
    'ConfigInvalid',
    `${LOG_LEVEL}: "${value}" is not a level; it must be one of ${LOG_LEVELS.join(', ')}`,
  );
}
