import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified, tableNameSql } from '../identifiers';
import { runBatch } from '../session/batch';
import { queryCatalog } from '../session/prepared';

const triggerRow = z.object({
  kind: z.enum(['TRIGGER', 'RULE']),
  name: z.string(),
  table: z.string(),
  /** `O` origin, `D` disabled, `R` replica, `A` always (`pg_trigger.tgenabled`, `pg_rewrite.ev_enabled`). */
  enabled: z.enum(['O', 'D', 'R', 'A']),
});

export type TriggerState = z.infer<typeof triggerRow>;

const ENABLE = { O: 'ENABLE', D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' } as const;

/**
 * Lists the triggers that people made on the tables and the rules for inserted rows, with whether they fire. What is
 * set on a partitioned table holds for its partitions: a trigger that one of them has in another state follows.
 */
export async function readTriggers(
  client: Client,
  tables: readonly string[],
): Promise<readonly TriggerState[]> {
  const result = await queryCatalog(
    client,
    `SELECT 'TRIGGER' AS "kind", t.tgname AS "name", ${tableNameSql('n', 'c')} AS "table", t.tgenabled::text AS "enabled",
            false AS partition
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND ${tableNameSql('n', 'c')} = ANY ($1)
      UNION ALL
     SELECT 'TRIGGER', t.tgname, ${tableNameSql('n', 'c')}, t.tgenabled::text, true
       FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
       JOIN LATERAL pg_partition_tree(r.oid) AS p ON p.relid <> r.oid
       JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_trigger t ON t.tgrelid = c.oid
       LEFT JOIN pg_trigger o ON o.tgrelid = r.oid AND o.tgname = t.tgname
      WHERE r.relkind = 'p' AND ${tableNameSql('rn', 'r')} = ANY ($1)
        AND NOT t.tgisinternal AND (t.tgparentid = 0 OR t.tgenabled <> o.tgenabled)
      UNION ALL
     SELECT 'RULE', r.rulename, ${tableNameSql('n', 'c')}, r.ev_enabled::text, false
       FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE r.ev_type = '${INSERT_RULE}' AND ${tableNameSql('n', 'c')} = ANY ($1)
      ORDER BY partition, 3, 2`,
    [tables],
  );
  return z.array(triggerRow).parse(result.rows);
}

/** `CMD_INSERT` of `pg_rewrite.ev_type` (PostgreSQL, `nodes/nodes.h`). */
const INSERT_RULE = '3';

/** Sets each trigger and rule to fire as given; the caller's transaction restores it. */
export async function setTriggers(
  client: Client,
  triggers: readonly TriggerState[],
  enabled?: 'D',
): Promise<void> {
  const statements = triggers.map((trigger) => {
    const action = `${ENABLE[enabled ?? trigger.enabled]} ${trigger.kind}`;
    return `ALTER TABLE ${qualified(trigger.table)} ${action} ${ident(trigger.name)}`;
  });
  await runBatch(client, statements);
}
