import type { Extent } from '../../workflows/domain/extent';
import { splitTable } from '../../workflows/domain/object-names';
import { extentOf, type Scopes } from '../../workflows/domain/scopes';
import { readPartitions, readRelationKinds } from '../postgres/catalog/parts';
import { readSourceRole } from '../postgres/checks/source-privileges';
import type { Connections } from '../postgres/session/connections';
import type { Client } from '../postgres/session/database-client';
import { nameOfTable, cachedSchema, type SchemaScript } from '../postgres/schema';
import { transaction } from '../postgres/session/transaction';
import { counted } from '../../workflows/domain/counted';
import type { Problem } from '../../workflows/domain/plan';
import { readForeignKeys } from '../postgres/catalog/foreign-keys';
import type { TableFacts } from '../postgres/catalog/tables';
import { readUniqueKeys } from '../postgres/catalog/unique-keys';
import { classify, type Classification } from '../postgres/scope/classify';
import { findCrossings } from '../postgres/checks/crossings';
import type { ProjectRules } from '../../workflows/domain/project-rules';
import type { ProjectKeys } from '../postgres/scope/rules';
import { existence, readKeysOf } from '../postgres/scope/project-keys';
import { scoped } from '../postgres/scope/project-scope';
import {
  offerExclusion,
  offerLines,
  oddTableProblem,
  uncoveredProblem,
  type TrialGround,
} from './offered-lines';
import { oddTables } from './scope-findings';

/**
 * What a migration handles under a configuration, in this source: with the partitions that its tables
 * have in other schemas, and without those excluded tables that could not be made.
 */
export async function resolvePlanExtent(
  connections: Connections,
  { source: connection, scopes }: { readonly source: string; readonly scopes: Scopes },
): Promise<Extent> {
  const databaseRef = { connection, access: 'read' } as const;
  return connections.with(databaseRef, (client) =>
    transaction(client, 'read-snapshot', async () => {
      const extent = extentOf(scopes);
      const partitions = await partitionsElsewhere(client, extent, scopes);
      const kinds = await readRelationKinds(client, excludedOf(extent, scopes));
      const notTables = [...kinds].filter(([, kind]) => NO_TABLES.includes(kind));
      const base = {
        ...extent,
        ...changed('carried', [...(extent.carried ?? []), ...partitions]),
        ...changed(
          'withoutTables',
          notTables.map(([table]) => table),
        ),
      };
      const tables = [...kinds.keys()].filter((table) => !base.withoutTables?.includes(table));
      if (tables.length === 0) return base;
      const { missing } = await readSourceRole(client, base);
      if (missing.length > 0) return base;
      const script = await cachedSchema({ client, connections, databaseRef }, base);
      return withoutStuck(script, base, tables);
    }),
  );
}

/** Views, materialized views and foreign tables have no empty form that could stand in the target. */
const NO_TABLES: readonly string[] = ['v', 'm', 'f'];

/** The excluded tables that cannot be made do not come along at all; a schema that has none stays as it is. */
function withoutStuck(script: SchemaScript, extent: Extent, tables: readonly string[]): Extent {
  if (script.problems.length === 0) return extent;
  const without = new Set(extent.withoutTables);
  for (let before = -1; before < without.size;) {
    before = without.size;
    for (const { table = '' } of script.problemsUnder({ withoutTables: [...without] })) {
      if (tables.includes(table)) without.add(table);
    }
  }
  return { ...extent, ...changed('withoutTables', [...without]) };
}

function excludedOf(
  { schemas }: Extent,
  { tables }: Scopes,
): readonly (readonly [schema: string, name: string])[] {
  return Object.entries(tables)
    .filter(([, { scope }]) => scope === 'excluded')
    .map(([table]) => splitTable(table))
    .filter(([schema]) => schemas.includes(schema));
}

/** Partitions in other schemas, of tables whose rows come along. */
async function partitionsElsewhere(
  client: Client,
  extent: Extent,
  { tables }: Scopes,
): Promise<readonly string[]> {
  const partitions = await readPartitions(client, extent);
  return partitions
    .filter(({ schema }) => !extent.schemas.includes(schema))
    .filter(({ root }) => tables[root]?.scope !== 'excluded')
    .map(({ schema, name }) => nameOfTable(schema, name));
}

/** A part of an extent, left out if it is empty: most extents have no such part. */
function changed(
  part: 'carried' | 'withoutTables',
  names: readonly string[],
): Pick<Extent, 'carried' | 'withoutTables'> {
  const sorted = [...new Set(names)].sort();
  if (sorted.length === 0) return {};
  return part === 'carried' ? { carried: sorted } : { withoutTables: sorted };
}

/** What the source has. */
interface ClassifiedSource {
  readonly extent: Extent;
  readonly tables: readonly TableFacts[];
  readonly classification: Classification;
  /** Whether the tenancy can be evaluated, so that lines can be tried on the rows. */
  readonly mayAskRows: boolean;
}

/** The tables that no rule covers, and those that no rule can carry, each with the lines that resolve it. */
export async function unclassifiedTables(
  client: Client,
  project: ProjectRules,
  found: ClassifiedSource,
): Promise<readonly Problem[]> {
  const { scopes } = project;
  const { extent, tables, classification, mayAskRows } = found;
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
    rowsAgainst: mayAskRows ? rowsAgainst(client, project, found) : nothing,
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
  project: ProjectRules,
  { extent, tables }: ClassifiedSource,
): TrialGround['rowsAgainst'] {
  let keys: ProjectKeys | undefined;
  return async (table: string, scopes: Scopes) => {
    const who = { refs: [project.projectRef] };
    keys ??= await readKeysOf(client, { rules: project, who, exists: existence(tables) });
    if (keys === undefined) return [];
    const scope = { keys, tables: scoped(tables, classify(tables, scopes), keys) };
    const crossings = await findCrossings(client, extent, scope, table);
    return crossings.map(
      ({ rows, table: from, references, foreignKey }) =>
        `${counted(rows, 'row')} of ${from} would refer (${foreignKey}) to rows of ${references} that do not come along`,
    );
  };
}
