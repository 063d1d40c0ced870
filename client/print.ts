import { fstatSync, writeFileSync } from 'node:fs';
import { isOutputClosed, sayOutputLost } from '../worker/program';

/** The exit status of an answer that could not be written (EX_IOERR of BSD's sysexits). */
export const ANSWER_LOST = 74;

/**
 * Prints an answer on stdout, and resolves once all of it is written. If it could not be written, it says so on stderr
 * and resolves with `false`. A reader that has closed its pipe wants no more: that is no failure.
 */
export async function printAnswer(text: string): Promise<boolean> {
  if (isStream()) return writeToStream(text);
  try {
    // A disk may have room for only a part: the stream would drop the rest without an error.
    writeFileSync(process.stdout.fd, text);
    return true;
  } catch (error) {
    sayOutputLost(error);
    return false;
  }
}

function isStream(): boolean {
  if (process.stdout.isTTY) return true;
  const stdout = fstatSync(process.stdout.fd);
  return stdout.isFIFO() || stdout.isSocket();
}

/** The stream also emits its error, and the program that listens to it prints the message. */
function writeToStream(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => {
      resolve(error === null || error === undefined || isOutputClosed(error));
    });
  });
}
