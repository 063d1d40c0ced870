import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer } from '../../../client/temporal-cli';

/** So many events, and the server suggests that a run continues as new: one child of a fleet. */
const EVENTS = 12;

/**
 * Gives a test file a Temporal server of its own, where fleets continue as new after very few projects
 * and `reconcile` meets no runs of other files. Before the file's testbed; gives what ends the server.
 */
export async function useEagerServer(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'moveout-eager-'));
  const cli = join(folder, 'temporal');
  const real = process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? 'temporal';
  const eager = `--dynamic-config-value limit.historyCount.suggestContinueAsNew=${String(EVENTS)}`;
  const script = `#!/bin/sh\n[ "$1" = server ] && exec "${real}" "$@" ${eager}\nexec "${real}" "$@"\n`;
  await writeFile(cli, script, { mode: 0o700 });
  const logFile = join(folder, 'temporal.log');
  const server = await startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile });
  // jest gives each file its own copy of the environment.
  process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] = server.address;
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
