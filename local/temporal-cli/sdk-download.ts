import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CLI_VERSION } from './cache-folder';
import { runProgram } from './run-program';

// The SDK downloads the CLI only on the way to a running server, so one is started and ended again.
// It happens in a process of its own, because it would fix the SDK's runtime options in this one.
const START_ONCE = `
  const [sdk, version, downloadDir] = process.argv.slice(1);
  const { TestWorkflowEnvironment } = require(sdk);
  const executable = { type: 'cached-download', version, downloadDir };
  TestWorkflowEnvironment.createLocal({ server: { executable } }).then(
    (environment) => environment.teardown(),
    (error) => {
      console.error(String(error.message).replace(/\\s+/g, ' '));
      process.exit(1);
    },
  );
`;

/**
 * Fetches the CLI by the SDK's own download from temporal.download into the empty folder `folder`
 * and returns the file. The vendor publishes no hash: the download is trusted by TLS alone.
 */
export async function downloadBySdk(folder: string): Promise<string> {
  const sdk = require.resolve('@temporalio/testing');
  const args = ['-e', START_ONCE, sdk, `v${CLI_VERSION}`, folder];
  await runProgram({ file: process.execPath, args, limitMs: 180_000 });
  const found = (await readdir(folder)).find((name) => name.startsWith('temporal'));
  if (found === undefined) throw new Error('the SDK left no executable behind');
  return path.join(folder, found);
}
