import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified, tableNameSql } from '../identifiers';
import { runBatch } from '../session/batch';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from './tables';
import { CatalogCache } from './cache';

const triggerRow = z.object({
  name: z.string(),
  table: z.string(),
  /** `O` origin, `D` disabled, `R` replica, `A` always (`pg_trigger.tgenabled`). */
  enabled: z.enum(['O', 'D', 'R', 'A']),
});

export type TriggerState = z.infer<typeof triggerRow>;

const ENABLE = {
  O: 'ENABLE TRIGGER',
  D: 'DISABLE TRIGGER',
  R: 'ENABLE REPLICA TRIGGER',
  A: 'ENABLE ALWAYS TRIGGER',
} as const;

/** Lists the triggers that people made on the tables, with whether they fire. */
export async function readTriggers(
  client: Client,
  tables: readonly string[],
): Promise<readonly TriggerState[]> {
  const result = await client.query(
    `SELECT t.tgname AS "name", ${tableNameSql('n', 'c')} AS "table", t.tgenabled::text AS "enabled"
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND ${tableNameSql('n', 'c')} = ANY ($1)
      ORDER BY 2, 1`,
    [tables],
  );
  return z.array(triggerRow).parse(result.rows);
}

/** Sets each trigger to fire as given; the caller's transaction restores it. */
export async function setTriggers(
  client: Client,
  triggers: readonly TriggerState[],
  enabled?: 'D',
): Promise<void> {
  const statements = triggers.map((trigger) => {
    const action = ENABLE[enabled ?? trigger.enabled];
    return `ALTER TABLE ${qualified(trigger.table)} ${action} ${ident(trigger.name)}`;
  });
  await runBatch(client, statements);
}

const firingRow = z.object({
  name: z.string(),
  table: z.string(),
  /** `schema.function`. */
  function: z.string(),
  /** Whether the function lies in a schema of the extent, so that the trigger can come along. */
  inside: z.boolean(),
});
const eventTriggerRow = z.object({ name: z.string(), event: z.string() });

export type FiringTrigger = z.infer<typeof firingRow>;
export type EventTrigger = z.infer<typeof eventTriggerRow>;

/** Lists the triggers that people made on tables of the extent and that fire when a row is inserted. */
export async function readFiringTriggers(
  client: Client,
  extent: Extent,
): Promise<readonly FiringTrigger[]> {
  return firingTriggers.getOrLoad(client, extent, () => listFiringTriggers(client, extent));
}

const firingTriggers = new CatalogCache<readonly FiringTrigger[]>();

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

/** Lists the event triggers of the session's database that fire: they see every statement that makes a schema. */
export async function readEventTriggers(client: Client): Promise<readonly EventTrigger[]> {
  const result = await client.query(
    `SELECT evtname AS "name", evtevent AS "event" FROM pg_event_trigger
      WHERE evtenabled IN ('O', 'A') ORDER BY 1`,
  );
  return z.array(eventTriggerRow).parse(result.rows);
}
