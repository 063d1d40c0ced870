import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer } from '../../../local/temporal-cli';

/**
 * Gives a test file a Temporal server of its own, where no runs of other files are. With `suggestAfter`
 * it suggests after that many events that a run continues as new. Before the file's testbed; gives what
 * ends the server.
 */
export async function useOwnTemporal(
  options: { readonly suggestAfter?: number } = {},
): Promise<() => Promise<void>> {
  const { suggestAfter = 4_096 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'moveout-temporal-'));
  const cli = join(folder, 'temporal');
  const real = process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? 'temporal';
  const limit = `--dynamic-config-value limit.historyCount.suggestContinueAsNew=${String(suggestAfter)}`;
  const script = `#!/bin/sh\n[ "$1" = server ] && exec "${real}" "$@" ${limit}\nexec "${real}" "$@"\n`;
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
