import { runProgram } from './run-program';

const ANSWER = /temporal version (\d+)\.(\d+)\.(\d+)/;
const OLDEST = [1, 8] as const;

/**
 * The version of the Temporal CLI at `file`, as `1.9.1`. Rejects when the file does not run, is
 * another program, or is older than 1.8, the first one whose server knows all flags used here.
 */
export async function versionOf(file: string): Promise<string> {
  const answer = await runProgram({ file, args: ['--version'], limitMs: 15_000 });
  const [, major, minor, patch] = ANSWER.exec(answer) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) {
    throw new Error('it does not answer `--version` as the Temporal CLI does');
  }
  const version = `${major}.${minor}.${patch}`;
  const isOld = Number(major) < OLDEST[0] || (major === '1' && Number(minor) < OLDEST[1]);
  if (isOld) throw new Error(`it is version ${version}, at least ${OLDEST.join('.')} is needed`);
  return version;
}
