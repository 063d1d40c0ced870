import type { EventTrigger, FiringTrigger } from '../../postgres/checks/firing-triggers';
import { counted, listed, warning, mergeFindings, type Findings } from './remarks';

const WHILE_LOADING = 'switched off while rows are loaded, on afterwards';

/** Names the source's triggers that come along (`triggers`); those that stay behind are named with the schema. */
export function sourceTriggerFindings(triggers: readonly FiringTrigger[]): Findings {
  const coming = triggers.filter(({ inside }) => inside);
  if (coming.length === 0) return mergeFindings([]);
  const names = listed(coming.map(inWords), ', ');
  return warning('triggers', [
    `${counted(coming.length, 'trigger')} on inserted rows will come along, ${WHILE_LOADING}: ${names}`,
  ]);
}

/** Names the triggers of a target that exists: on its rows (`triggers`), and on its schema (`event-triggers`). */
export function targetTriggerFindings(
  database: string,
  triggers: readonly FiringTrigger[],
  eventTriggers: readonly EventTrigger[],
): Findings {
  const rows = `${counted(triggers.length, 'trigger')} of the target "${database}" on inserted rows, ${WHILE_LOADING}`;
  const events = listed(
    eventTriggers.map(({ name, event }) => `${name} (${event})`),
    ', ',
  );
  return mergeFindings([
    warning(
      'triggers',
      triggers.length === 0 ? [] : [`${rows}: ${listed(triggers.map(inWords), ', ')}`],
    ),
    warning(
      'event-triggers',
      eventTriggers.length === 0
        ? []
        : [
            `${counted(eventTriggers.length, 'event trigger')} of the target "${database}" will fire when the schema is made there: ${events}; and again in a restore, which one that raises would park; switch off by ALTER EVENT TRIGGER … DISABLE what must not`,
          ],
    ),
  ]);
}

function inWords({ name, table, function: called }: FiringTrigger): string {
  return `${name} on ${table} (calls ${called})`;
}
