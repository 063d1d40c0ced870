import { problem, mergeFindings, type Findings } from './remarks';

/** The encodings of both sides; of the target, if it stands already. */
export interface Encodings {
  readonly source: string;
  readonly target: string | undefined;
}

/** Without an encoding PostgreSQL does not know which characters the bytes are. */
const UNKNOWN = 'SQL_ASCII';

/** Holds every character of all the others. */
const ALL = 'UTF8';

/** Stops where text could not come over to the byte (`encoding`). */
export function encodingRemarks({ source, target }: Encodings): Findings {
  const mayLose = target !== undefined && target !== ALL && target !== source;
  return mergeFindings([
    problem(
      'encoding',
      source === UNKNOWN
        ? [
            `the source's encoding is ${UNKNOWN}, which does not say what characters its bytes are: dump it, load it into a database with an encoding (CREATE DATABASE ... ENCODING 'UTF8'; the bytes must be in that encoding, or pg_dump --encoding names the one they are in), and move from that`,
          ]
        : [],
    ),
    problem(
      'encoding',
      mayLose && source !== UNKNOWN
        ? [
            `the target's encoding is ${target}, which may lack characters of the source's ${source}: name a database with the encoding UTF8 or ${source}, or a new one`,
          ]
        : [],
    ),
  ]);
}
