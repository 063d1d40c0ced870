import { runProgram } from '../../../local/temporal-cli/run-program';

/**
 * Runs the real `temporal` program against the tests' server, as an operator would type it, and gives
 * what it prints. Rejects with its last line when it says no.
 */
export function temporal(...args: readonly string[]): Promise<string> {
  const file = process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? 'temporal';
  const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
  return runProgram({ file, args: [...args, '--address', address], limitMs: 60_000 });
}
