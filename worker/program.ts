import { types } from 'node:util';

/** The exit status of a failure of moveout itself: it says nothing about any database. */
const OWN_FAILURE = 70;

/**
 * Begins a program of moveout. A closed stdout or stderr ends what is printed there, and nothing else.
 * An uncaught error ends the process with `OWN_FAILURE`; that is also its status as long as the
 * program has set no other.
 */
export function beginProgram(): void {
  process.exitCode = OWN_FAILURE;
  // What a dependency calls that will be gone in a later Node.js is no matter of an operator.
  process.noDeprecation = true;
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${wordsOf(error)}\n`, () => process.exit(OWN_FAILURE));
  });
  process.stdout.on('error', (error) => {
    if (!isOutputClosed(error)) sayOutputLost(error);
  });
  // No reader is left.
  process.stderr.on('error', () => undefined);
}

/** Whether no one reads any more: a pipe was closed, or a terminal is gone. */
export function isOutputClosed(error: unknown): boolean {
  const code = codeOf(error);
  return (
    ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(code) || (code === 'EIO' && process.stdout.isTTY)
  );
}

/** Says that stdout could not be written. */
export function sayOutputLost(error: unknown): void {
  process.stderr.write(
    `stdout cannot be written (${codeOf(error)}): the answer is not whole. Let stdout go where there is room, and ask again\n`,
  );
}

/** The kind of an error and where it was thrown; its message may hold what is secret. */
function wordsOf(error: unknown): string {
  const head =
    'Unexpected: moveout failed, this is a bug; whether anything was touched is not known';
  if (!types.isNativeError(error)) return head;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${head}: ${error.name} ${codeOf(error)}`.trim(), ...frames].join('\n');
}

function codeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error ? String(error.code) : '';
}
