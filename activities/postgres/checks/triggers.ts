import type { Client } from 'pg';
import { z } from 'zod';
import { counted } from '../../../workflows/domain/counted';
import type { Extent } from '../../../workflows/domain/extent';
import {
  NO_FINDINGS,
  listed,
  mergeFindings,
  warning,
  type Findings,
} from '../../../workflows/domain/findings';
import { CatalogCache } from '../catalog/cache';
import { inExtent } from '../catalog/tables';
import { tableNameSql } from '../identifiers';

const WHILE_LOADING = 'switched off while rows are loaded, on afterwards';

/** Names the source's triggers that come along (`triggers`); those that stay behind are named with the schema. */
export async function checkSourceTriggers(client: Client, extent: Extent): Promise<Findings> {
  const triggers = await readFiringTriggers(client, extent);
  const coming = triggers.filter(({ inside }) => inside);
  if (coming.length === 0) return NO_FINDINGS;
  const names = listed(coming.map(inWords), ', ');
  return warning('triggers', [
    `${counted(coming.length, 'trigger')} on inserted rows will come along, ${WHILE_LOADING}: ${names}`,
  ]);
}

/** What was found of the triggers of a target, and whether event triggers fire there. */
interface TargetTriggers extends Findings {
  readonly hasEventTriggers: boolean;
}

/** Names the triggers of a target that exists: on its rows (`triggers`), and on its schema (`event-triggers`). */
export async function checkTargetTriggers(
  client: Client,
  database: string,
  extent: Extent,
): Promise<TargetTriggers> {
  const triggers = await readFiringTriggers(client, extent);
  const eventTriggers = await readEventTriggers(client);
  const rows = `${counted(triggers.length, 'trigger')} of the target "${database}" on inserted rows, ${WHILE_LOADING}`;
  const events = listed(
    eventTriggers.map(({ name, event }) => `${name} (${event})`),
    ', ',
  );
  const findings = mergeFindings([
    warning(
      'triggers',
      triggers.length === 0 ? [] : [`${rows}: ${listed(triggers.map(inWords), ', ')}`],
    ),
    warning(
      'event-triggers',
      eventTriggers.length === 0
        ? []
        : [
            `${counted(eventTriggers.length, 'event trigger')} of the target "${database}" will fire when the schema is created there, and again in a restore: ${events}; an error that one raises in a restore parks the run; switch off by ALTER EVENT TRIGGER … DISABLE those that must not fire`,
          ],
    ),
  ]);
  return { ...findings, hasEventTriggers: eventTriggers.length > 0 };
}

function inWords({ name, table, function: called }: FiringTrigger): string {
  return `${name} on ${table} (calls ${called})`;
}

const firingRow = z.object({
  name: z.string(),
  table: z.string(),
  /** `schema.function`. */
  function: z.string(),
  /** Whether the function lies in a schema of the extent, so that the trigger can come along. */
  inside: z.boolean(),
});

type FiringTrigger = z.infer<typeof firingRow>;

const firingTriggers = new CatalogCache<readonly FiringTrigger[]>();

/** Lists the triggers that people made on tables of the extent and that fire when a row is inserted. */
async function readFiringTriggers(
  client: Client,
  extent: Extent,
): Promise<readonly FiringTrigger[]> {
  return firingTriggers.getOrLoad(client, extent, () => listFiringTriggers(client, extent));
}

async function listFiringTriggers(
  client: Client,
  extent: Extent,
): Promise<readonly FiringTrigger[]> {
  const result = await client.query(
    `SELECT t.tgname AS "name", ${tableNameSql('n', 'c')} AS "table",
            fn.nspname || '.' || f.proname AS "function", fn.nspname = ANY ($1) AS "inside"
       FROM pg_trigger t
       JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = f.pronamespace
      WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND (t.tgtype & ${INSERT}) <> 0
        AND NOT c.relispartition AND ${inExtent('n', 'c')}
      ORDER BY 2, 1`,
    [extent.schemas, extent.tables],
  );
  return z.array(firingRow).parse(result.rows);
}

/** `TRIGGER_TYPE_INSERT` of `pg_trigger.tgtype` (PostgreSQL, `catalog/pg_trigger.h`). */
const INSERT = '4';

const eventTriggerRow = z.object({ name: z.string(), event: z.string() });

type EventTrigger = z.infer<typeof eventTriggerRow>;

/** Lists the event triggers of the session's database that fire: they see every statement that makes a schema. */
async function readEventTriggers(client: Client): Promise<readonly EventTrigger[]> {
  const result = await client.query(
    `SELECT evtname AS "name", evtevent AS "event" FROM pg_event_trigger
      WHERE evtenabled IN ('O', 'A') ORDER BY 1`,
  );
  return z.array(eventTriggerRow).parse(result.rows);
}
