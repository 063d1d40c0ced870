import pino from 'pino';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  type Logger,
  type LogLevel as TemporalLevel,
} from '@temporalio/worker';
import { withReadableErrors } from './logged-error';
import { LOG_LEVEL, logLevelOf, type LogLevel } from '../workflows/domain/log-level';

/** Temporal's levels are pino's except for their case. */
const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<TemporalLevel, LogLevel>;

const TEMPORAL_LEVELS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
} as const satisfies Record<LogLevel, TemporalLevel>;

/** What the SDK warns of for each worker of a host's queue, which runs no workflows by design. */
const HOST_WORKER = 'No workflows registered, not polling for workflow tasks';

/** Times and levels that people read. */
const FORMAT = {
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level: string) => ({ level }) },
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
 * level, and one that is misspelt throws. Before anything else touches the runtime, once per process.
 */
export function installLogger(logging: Logging = {}): Logger {
  const { to = 2, shutdownSignals = ['SIGINT', 'SIGTERM'] } = logging;
  const level = logLevelOf(process.env[LOG_LEVEL]);
  const destination = pino.destination(to);
  // A log that cannot be written must not end the work that it is about.
  destination.on('error', () => undefined);
  const out = pino({ base: null, level, ...FORMAT }, destination);
  const logger = new DefaultLogger(TEMPORAL_LEVELS[level], (entry) => {
    if (entry.message === HOST_WORKER) return;
    out[LEVELS[entry.level]](withReadableErrors(entry.meta ?? {}), entry.message);
  });
  // Unless it is forwarded, the SDK's core writes coloured lines to stdout, where an answer in JSON may stand.
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' });
  const telemetryOptions = { logging: { forward: {}, filter } };
  Runtime.install({ logger, shutdownSignals, telemetryOptions });
  return logger;
}
