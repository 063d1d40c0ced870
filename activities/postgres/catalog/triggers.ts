import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified, tableNameSql } from '../identifiers';
import { runBatch } from '../session/batch';

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
