import type { Raised } from '../../postgres/checks/event-trigger-trial';
import { listed, problem, type Findings } from './remarks';

const MOST_STATEMENTS = 100;

/** One problem (`default-privileges`) with the statements after which what is created there gets the right privileges. */
export function defaultPrivilegeRemarks(database: string, statements: readonly string[]): Findings {
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
export function eventTriggerRemarks(database: string, raised: readonly Raised[]): Findings {
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
