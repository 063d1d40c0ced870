import { NO_FINDINGS, problem, type Findings } from '../../../workflows/domain/findings';

/** The encodings of both sides; that of the target, if it already exists. */
interface Encodings {
  readonly source: string;
  readonly target: string | undefined;
}

/** Without an encoding PostgreSQL does not know which characters the bytes are. */
const UNKNOWN = 'SQL_ASCII';

/** It has the characters of all other encodings. */
const ALL = 'UTF8';

/** A problem if text could change on its way to the target (`encoding`). */
export function checkEncoding({ source, target }: Encodings): Findings {
  if (source === UNKNOWN) {
    return problem('encoding', [
      `the source's encoding is ${UNKNOWN}, which does not say what characters its bytes are: dump it, load it into a database with an encoding (CREATE DATABASE ... ENCODING 'UTF8'; the bytes must be in that encoding, or pg_dump --encoding names the one they are in), and move from that`,
    ]);
  }
  if (target === undefined || target === ALL || target === source) return NO_FINDINGS;
  return problem('encoding', [
    `the target's encoding is ${target}, which may not have all characters of the source's ${source}: name a database with the encoding UTF8 or ${source}, or a new one`,
  ]);
}
