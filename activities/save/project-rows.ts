import type { Client } from '../postgres/database-client';
import type { TableFacts } from '../postgres/catalog/tables';
import type { WantedProject } from '../postgres/scope/known-refs';
import { readProjectKeys } from '../postgres/scope/project-keys';
import { SCOPE_RULES } from '../postgres/scope/rules';
import type { Selected } from './save-database';

/**
 * Chooses the project's rows of every table that has a rule and exists, in load order. The session's
 * snapshot must be the one that reads the rows.
 */
export async function projectRows(
  client: Client,
  tables: readonly TableFacts[],
  wanted: WantedProject,
): Promise<readonly Selected[]> {
  const keys = await readProjectKeys(client, tables, wanted);
  return SCOPE_RULES.flatMap((rule) => {
    const facts = tables.find((candidate) => candidate.table === rule.table);
    return facts === undefined || rule.kind === 'excluded'
      ? []
      : [{ facts, where: rule.where(keys) }];
  });
}
