import { isOutputClosed } from '../../../worker/program';

/** Runs a program to its end; what it throws is its last word. Servers that still run end with it. */
export function runProgram(main: () => Promise<boolean>): void {
  // A reader that has closed the pipe wants no more lines; what is played goes on to its end.
  process.stdout.on('error', (error) => {
    if (!isOutputClosed(error)) throw error;
  });
  // A signal is an ordinary end here: small disks are unmounted then.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  main().then(
    (isWell) => process.exit(isWell ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
      process.exit(1);
    },
  );
}
