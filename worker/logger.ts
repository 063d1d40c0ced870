import pino from 'pino';
import { DefaultLogger, Runtime, type Logger, type LogLevel } from '@temporalio/worker';

/** Temporal's levels are pino's but for their case. */
const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

/** Where the log goes, and which signals end the workers of this process. */
export interface Logging {
  /** A file to append to, or a file descriptor. @default 2, stderr */
  readonly to?: string | number;
  /** @default SIGINT and SIGTERM */
  readonly shutdownSignals?: NodeJS.Signals[];
}

/**
 * Installs one logger for the SDK and the worker, as JSON lines; `MOVEOUT_LOG_LEVEL` sets the least
 * level. Before anything else touches the runtime, once per process.
 */
export function installLogger(logging: Logging = {}): Logger {
  const { to = 2, shutdownSignals = ['SIGINT', 'SIGTERM'] } = logging;
  const level = levelFromEnvironment();
  const out = pino({ base: null, level: LEVELS[level] }, pino.destination(to));
  const logger = new DefaultLogger(level, (entry) => {
    out[LEVELS[entry.level]](entry.meta ?? {}, entry.message);
  });
  Runtime.install({ logger, shutdownSignals });
  return logger;
}

function levelFromEnvironment(): LogLevel {
  const asked = (process.env['MOVEOUT_LOG_LEVEL'] ?? 'INFO').toUpperCase();
  const known: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];
  return known.find((level) => level === asked) ?? 'INFO';
}
