import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from './beside';
import type { Ask } from './beside';
import { nameOf } from './object-name';

/** Constraints whose own triggers do not fire as they were made to: by name, `off` or `always`. */
export type Enforcement = Readonly<Record<string, string>>;

const ENFORCED_ROW = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  enforcement: z.string(),
});

/** Foreign keys and deferred constraints that `ALTER TABLE … DISABLE TRIGGER ALL` and the like have changed. */
export async function readEnforcement(ask: Ask, extent: Extent): Promise<Enforcement> {
  const rows = ENFORCED_ROW.array().parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name,
       CASE WHEN bool_or(g.tgenabled IN ('D', 'R')) THEN 'off' ELSE 'always' END AS enforcement
  FROM pg_trigger g
  JOIN pg_constraint k ON k.oid = g.tgconstraint
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE g.tgisinternal AND g.tgenabled <> 'O' AND ${inExtent(extent)}
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`),
  );
  return Object.fromEntries(
    rows.map(({ schema, table, name, enforcement }) => [
      nameOf({ kind: 'constraint', schema, table, name }),
      enforcement,
    ]),
  );
}
