import { counted } from '../../workflows/domain/counted';
import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import type { Scopes } from '../../workflows/domain/scopes';
import { readForeignKeys } from '../postgres/catalog/foreign-keys';
import type { TableFacts } from '../postgres/catalog/tables';
import { readUniqueKeys } from '../postgres/checks/unique-keys';
import type { Client } from '../postgres/database-client';
import { classify, type Classification } from '../postgres/scope/classify';
import { findCrossings } from '../postgres/scope/crossing';
import type { WantedProject } from '../postgres/scope/known-refs';
import type { ProjectKeys } from '../postgres/scope/predicates';
import { existence, readKeysOf } from '../postgres/scope/project-keys';
import { scoped } from '../postgres/scope/project-scope';
import {
  offerExclusion,
  offerLines,
  oddTableProblem,
  uncoveredProblem,
  type TrialGround,
} from './offered-lines';
import { oddTables } from './scope-problems';

/** Whose rows, and what the source has. */
interface Wanted {
  readonly extent: Extent;
  readonly wanted: WantedProject;
}

interface Found {
  readonly tables: readonly TableFacts[];
  readonly classification: Classification;
  /** Whether the tenancy can be evaluated, so that lines can be tried on the rows. */
  readonly mayAskRows: boolean;
}

/** The tables that no rule covers, and those that no rule can carry, each with the lines that settle it. */
export async function unsettledTables(
  client: Client,
  { extent, wanted }: Wanted,
  { tables, classification, mayAskRows }: Found,
): Promise<readonly Problem[]> {
  const { scopes } = wanted;
  const { uncovered, rules } = classification;
  const odd = oddTables(
    tables.filter(({ table }) => (rules.get(table)?.kind ?? 'excluded') !== 'excluded'),
    extent,
  );
  if (uncovered.length + odd.length === 0) return [];
  const ground: TrialGround = {
    tables,
    extent,
    foreignKeys: await readForeignKeys(client, extent),
    ruled: new Set(rules.keys()),
    uniqueKeys: await readUniqueKeys(client, extent),
    rowsAgainst: mayAskRows ? rowsAgainst(client, { extent, wanted }, tables) : nothing,
  };
  const problems = (await offerLines(ground, scopes, uncovered)).map(uncoveredProblem);
  for (const one of odd) {
    problems.push(oddTableProblem(one, await offerExclusion(ground, scopes, [one.table])));
  }
  return problems;
}

function nothing(): Promise<readonly string[]> {
  return Promise.resolve([]);
}

/** Tries scopes on the project's rows: foreign keys of the table and to it must hold among what comes along. */
function rowsAgainst(
  client: Client,
  { extent, wanted }: Wanted,
  tables: readonly TableFacts[],
): TrialGround['rowsAgainst'] {
  let keys: ProjectKeys | undefined;
  return async (table: string, scopes: Scopes) => {
    const who = { ref: wanted.projectRef };
    keys ??= await readKeysOf(client, { wanted, who, exists: existence(tables) });
    if (keys === undefined) return [];
    const scope = { keys, tables: scoped(tables, classify(tables, scopes), keys) };
    const crossings = await findCrossings(client, extent, scope, table);
    return crossings.map(
      ({ rows, table: from, references, foreignKey }) =>
        `${counted(rows, 'row')} of ${from} would refer (${foreignKey}) to rows of ${references} that do not come along`,
    );
  };
}
