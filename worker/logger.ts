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

/**
 * Installs one logger for the SDK and the worker, as JSON lines on stderr; `MOVEOUT_LOG_LEVEL` sets
 * the least level. Before anything else touches the runtime, once per process.
 */
export function installLogger(level: LogLevel = levelFromEnvironment()): Logger {
  const out = pino({ base: null, level: LEVELS[level] }, pino.destination(2));
  const logger = new DefaultLogger(level, (entry) => {
    out[LEVELS[entry.level]](entry.meta ?? {}, entry.message);
  });
  Runtime.install({ logger, shutdownSignals: ['SIGINT', 'SIGTERM'] });
  return logger;
}

function levelFromEnvironment(): LogLevel {
  const asked = (process.env['MOVEOUT_LOG_LEVEL'] ?? 'INFO').toUpperCase();
  const known: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];
  return known.find((level) => level === asked) ?? 'INFO';
}
