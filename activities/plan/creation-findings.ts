import type { Raised } from '../postgres/checks/event-trigger-trial';
import { listed, problem, type Findings, mergeFindings } from './findings';

const MOST_STATEMENTS = 100;

/** One problem (`default-privileges`) with the statements after which what is created there gets the right privileges. */
export function defaultPrivilegeFindings(
  database: string,
  statements: readonly string[],
): Findings {
  if (statements.length === 0) return problem('default-privileges', []);
  const lines = listed(
    statements.map((text) => `${text};`),
    ' ',
    MOST_STATEMENTS,
  );
  return problem('default-privileges', [
    `in the target "${database}", default privileges would give what is created there other privileges than it has to have: ${lines}`,
  ]);
}

/** One problem (`event-trigger`) for each statement that event triggers did not let through in a trial. */
export function eventTriggerFindings(database: string, raised: readonly Raised[]): Findings {
  return problem(
    'event-trigger',
    raised.map(({ sqlstate, command, triggers, isKnown, statements }) => {
      const names = listed(triggers, ', ');
      const what = isKnown
        ? `the event trigger ${names} refuses ${command} (SQLSTATE ${sqlstate})`
        : `${command} is refused (SQLSTATE ${sqlstate}), by one of the event triggers ${names}`;
      const lines = listed(
        statements.map((text) => `${text};`),
        ' ',
      );
      return `in the target "${database}", ${what}, as a trial showed that was rolled back; switch it off until the migration is done: ${lines}`;
    }),
  );
}

/** The encodings of both sides; of the target, if it stands already. */
export interface Encodings {
  readonly source: string;
  readonly target: string | undefined;
}

/** Without an encoding PostgreSQL does not know which characters the bytes are. */
const UNKNOWN = 'SQL_ASCII';

/** Holds every character of all the others. */
const ALL = 'UTF8';

/** Stops if text could not come over to the byte (`encoding`). */
export function encodingFindings({ source, target }: Encodings): Findings {
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
            `the target's encoding is ${target}, which may not have all characters of the source's ${source}: name a database with the encoding UTF8 or ${source}, or a new one`,
          ]
        : [],
    ),
  ]);
}
