import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { findTemporalCli, startDevServer } from '../../../local/temporal-cli';
import type { DevServer } from '../../../local/temporal-cli';
import { startPostgres } from '../../../local/postgres';
import type { Postgres } from '../../../local/postgres';

/** What all tests of one run share, told to them by environment variables: the servers, and a bundle of the workflows. */
export interface Servers {
  /** The minor release of PostgreSQL, such as 15.18. */
  readonly release: string;
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts one PostgreSQL and one Temporal server with its state in memory. When one cannot start,
 * the other is ended before this rejects.
 */
export async function startServers(): Promise<Servers> {
  const cli = await findTemporalCli((line) => process.stderr.write(`${line}\n`));
  const folder = await mkdtemp(path.join(tmpdir(), 'moveout-test-'));
  const [temporal, postgres, bundle] = await Promise.allSettled([
    startDevServer({
      cli,
      ip: '127.0.0.1',
      namespace: 'default',
      logFile: path.join(folder, 'temporal.log'),
    }),
    startPostgres(),
    bundleWorkflows(path.join(folder, 'workflow-bundle.js')),
  ]);
  const stop = async () => {
    const started = [temporal, postgres].filter((result) => result.status === 'fulfilled');
    await Promise.all(started.map((result) => result.value.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  if (
    temporal.status === 'fulfilled' &&
    postgres.status === 'fulfilled' &&
    bundle.status === 'fulfilled'
  ) {
    const environment = {
      ...environmentOf(cli, temporal.value, postgres.value),
      MOVEOUT_TEST_WORKFLOW_BUNDLE: bundle.value,
    };
    return { release: postgres.value.release, environment, stop };
  }
  await stop();
  const failures = [temporal, postgres, bundle].filter((result) => result.status === 'rejected');
  throw new AggregateError(
    failures.map((result): unknown => result.reason),
    reasonsOf(failures),
  );
}

function reasonsOf(failures: readonly PromiseRejectedResult[]): string {
  return failures.map((failure) => String(failure.reason)).join('\n');
}

/** Bundling costs each worker about two seconds, so it is done once. Gives the file's path. */
async function bundleWorkflows(file: string): Promise<string> {
  const workflowsPath = require.resolve('../../../workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: ['zod/mini'],
    logger: new DefaultLogger('ERROR'),
  });
  await writeFile(file, code);
  return file;
}

function environmentOf(cli: string, temporal: DevServer, postgres: Postgres) {
  return {
    MOVEOUT_TEST_POSTGRES_URL: postgres.url,
    MOVEOUT_TEST_TEMPORAL_ADDRESS: temporal.address,
    MOVEOUT_TEST_TEMPORAL_UI: temporal.uiUrl,
    MOVEOUT_TEST_TEMPORAL_CLI: cli,
  };
}
