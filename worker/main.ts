import { assertReachable } from '../temporal/reach';
import { temporalOf } from '../temporal/settings';
import { KnownError } from '../workflows/domain/known-error';
import { LOG_LEVEL, logLevelOf } from '../workflows/domain/log-level';
import { taskQueueIn } from '../workflows/domain/names';
import { temporalProblem } from '../workflows/domain/temporal-problem';
import { loadConfiguration } from './config';
import { ConfigError } from './config-error';
import { connectWorker } from './connect';
import { createWorker } from './create-worker';
import { deploymentIn } from './deployment';
import { useEnvFile } from './environment';
import { reportHealth } from './health';
import { installLogger } from './logger';
import { misspeltVariables } from './misspelt-variables';
import { beginProgram } from './program';

/** As sysexits.h: an error of the program itself. */
const BUG = 70;

/** Milliseconds; a healthy Temporal answers sooner. */
const ANSWERS_WITHIN = 5_000;

/**
 * Runs a worker against the configured Temporal until it is asked to stop (SIGINT, SIGTERM), and sets the exit status.
 * What keeps it from working is said on stderr, with the status 2. Never rejects.
 */
export async function runWorker(): Promise<void> {
  try {
    await serve();
    process.exitCode = 0;
  } catch (error) {
    // The message of a bug may hold what is secret.
    const words =
      wordsOf(error) ??
      `Unexpected: this is a bug in moveout: please report it\n${framesOf(error)}`;
    process.stderr.write(`${[words, ...misspeltVariables(process.env)].join('\n')}\n`);
    process.exitCode = wordsOf(error) === undefined ? BUG : 2;
  }
}

async function serve(): Promise<void> {
  useEnvFile();
  logLevelOf(process.env[LOG_LEVEL]);
  const configuration = loadConfiguration(process.env);
  const deployment = deploymentIn(process.env);
  const reachable = temporalOf(process.env);
  const { namespace } = reachable;
  await assertReachable(reachable);
  // From here on the process lives until the last connection of a worker is closed.
  const logger = installLogger();
  for (const warning of misspeltVariables(process.env)) logger.warn(warning);
  const connection = await connectWorker(reachable);
  const taskQueue = taskQueueIn(process.env);
  try {
    const worker = await createWorker({
      ...{ connection, namespace, taskQueue, configuration, deployment },
    });
    const { source, target, backup } = configuration.settings;
    const serves = { taskQueue, namespace, source, target, backups: backup.directory };
    logger.info('worker started', serves);
    const isWell = async (): Promise<boolean> => {
      await connection.withDeadline(Date.now() + ANSWERS_WITHIN, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return worker.getState() === 'RUNNING';
    };
    const file = process.env['MOVEOUT_HEALTH_FILE'] ?? '';
    const health = file === '' ? undefined : reportHealth({ file, isWell });
    await worker.run().finally(() => health?.stop());
  } finally {
    await connection.close();
  }
}

/** What is said of an error that moveout or Temporal has a name for; `undefined` for a bug. */
function wordsOf(error: unknown): string | undefined {
  if (error instanceof KnownError) return `${error.code}: ${error.message}`;
  if (error instanceof ConfigError) return `ConfigInvalid: ${error.message}`;
  const problem = temporalProblem(error);
  return problem === undefined ? undefined : `${problem.code}: ${problem.words}`;
}

function framesOf(error: unknown): string {
  const { stack = '' } = error instanceof Error ? error : {};
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

if (require.main === module) {
  beginProgram();
  void runWorker();
}
