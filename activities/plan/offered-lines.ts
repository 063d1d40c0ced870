import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import { keyPathText, type Scopes, scopesSchema } from '../../workflows/domain/scopes';
import type { ForeignKey } from '../postgres/catalog/foreign-keys';
import type { TableFacts } from '../postgres/catalog/tables';
import type { UniqueKey } from '../postgres/catalog/unique-keys';
import { classify } from '../postgres/scope/classify';
import { ambiguousPaths, oddTables, type OddTable } from './scope-findings';
import { parse } from 'yaml';

/** Columns that name a row of a project by convention, if no foreign key says it. */
const BY_NAME: Readonly<Record<string, readonly [table: string, key: string]>> = {
  user_id: ['auth.users', 'id'],
  owner_id: ['auth.users', 'id'],
  session_id: ['auth.sessions', 'id'],
  factor_id: ['auth.mfa_factors', 'id'],
  identity_id: ['auth.identities', 'id'],
  bucket_id: ['storage.buckets', 'id'],
  object_id: ['storage.objects', 'id'],
  upload_id: ['storage.s3_multipart_uploads', 'id'],
};

/** What of a source a line of configuration is tried against. */
export interface TrialGround {
  readonly tables: readonly TableFacts[];
  readonly extent: Extent;
  readonly foreignKeys: readonly ForeignKey[];
  readonly uniqueKeys: readonly UniqueKey[];
  /** The tables that have a rule already. */
  readonly ruled: ReadonlySet<string>;
  /** Says why rows of the project contradict the scope of a table under these scopes; empty if they do not. */
  readonly rowsAgainst: (table: string, scopes: Scopes) => Promise<readonly string[]>;
}

/** The lines that resolve one table: each was tried and leaves no problem of that table. */
export interface Offer {
  readonly table: string;
  readonly lines: readonly string[];
  /** Why the line that leaves the table behind is not among them. */
  readonly against: readonly string[];
}

/**
 * Finds the lines that resolve the tables which no rule covers. Tables that lead to one another are
 * resolved together: the first line of each holds when all of them are taken.
 */
export async function offerLines(
  ground: TrialGround,
  scopes: Scopes,
  uncovered: readonly TableFacts[],
): Promise<readonly Offer[]> {
  const paths = await resolvePaths(ground, scopes, uncovered);
  const offers: Offer[] = [];
  for (const { table } of uncovered) {
    const path = paths.lines.get(table);
    const { lines, against } = await offerExclusion(ground, paths.scopes, [
      table,
      ...leadingTo(ground, table, uncovered),
    ]);
    offers.push({ table, lines: [...(path === undefined ? [] : [path]), ...lines], against });
  }
  return offers;
}

/** Finds whether the line that leaves a table behind resolves it, alone or with those tables that lead to it. */
export async function offerExclusion(
  ground: TrialGround,
  scopes: Scopes,
  [table, ...leading]: readonly [string, ...string[]],
): Promise<Offer> {
  const against: string[] = [];
  for (const tables of leading.length === 0 ? [[table]] : [[table], [table, ...leading]]) {
    const line = excludingLine(tables);
    against.length = 0;
    for (const one of tables)
      against.push(...(await problemsUnder(ground, one, withLine(scopes, line))));
    if (against.length === 0) return { table, lines: [line], against };
  }
  return { table, lines: [], against };
}

/** Those of the tables that refer to one, or to one that does. */
function leadingTo(
  { foreignKeys }: TrialGround,
  table: string,
  among: readonly TableFacts[],
): readonly string[] {
  const found = new Set([table]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const key of foreignKeys) {
      if (found.has(key.references) && among.some((facts) => facts.table === key.table))
        found.add(key.table);
    }
  }
  found.delete(table);
  return [...found];
}

interface ResolvedLines {
  readonly scopes: Scopes;
  readonly lines: ReadonlyMap<string, string>;
}

async function resolvePaths(
  ground: TrialGround,
  scopes: Scopes,
  uncovered: readonly TableFacts[],
): Promise<ResolvedLines> {
  let resolved = scopes;
  const lines = new Map<string, string>();
  for (let before = -1; before < lines.size;) {
    before = lines.size;
    for (const facts of uncovered.filter(({ table }) => !lines.has(table))) {
      const line = await firstThatHolds(ground, facts, resolved);
      if (line === undefined) continue;
      lines.set(facts.table, line);
      resolved = withLine(resolved, line);
    }
  }
  return { scopes: resolved, lines };
}

async function firstThatHolds(
  ground: TrialGround,
  facts: TableFacts,
  scopes: Scopes,
): Promise<string | undefined> {
  for (const line of pathLines(ground, facts)) {
    const problems = await problemsUnder(ground, facts.table, withLine(scopes, line));
    if (problems.length === 0) return line;
  }
  return undefined;
}

/** What is wrong with one table under scopes: by the catalog, and if nothing is, by its rows. */
async function problemsUnder(
  ground: TrialGround,
  table: string,
  scopes: Scopes,
): Promise<readonly string[]> {
  const { tables, extent, uniqueKeys, rowsAgainst } = ground;
  const classification = classify(tables, scopes);
  const problems = [
    ...classification.faults,
    ...classification.uncovered.flatMap((facts) => (facts.table === table ? [facts.table] : [])),
    ...ambiguousPaths(scopes, classification, uniqueKeys).map(({ message }) => message),
    ...oddTables(
      tables.filter(
        (facts) => facts.table === table && classification.rules.get(table)?.kind !== 'excluded',
      ),
      extent,
    ).map(({ why }) => `${table} ${why}`),
  ];
  return problems.length > 0 ? problems : rowsAgainst(table, scopes);
}

/** Key paths by foreign keys, rather to a table that has a rule, and by the usual names of columns. */
function pathLines(
  { foreignKeys, ruled }: TrialGround,
  { table, columns }: TableFacts,
): readonly string[] {
  const own = foreignKeys.filter(
    (key) => key.table === table && key.references !== table && key.columns.length === 1,
  );
  const keys = [
    ...own.filter(({ references }) => ruled.has(references)),
    ...own.filter(({ references }) => !ruled.has(references)),
  ].map(({ columns: [column = ''], references, referencedColumns: [key = ''] }) =>
    keyPathText({ column, table: references, key }),
  );
  const named = columns.flatMap(({ name }) => {
    const to = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
    return to === undefined ? [] : [keyPathText({ column: name, table: to[0], key: to[1] })];
  });
  const vias = [...new Set([...keys, ...named])].map((via) => JSON.stringify(via));
  return ['owned', 'shared'].flatMap((scope) =>
    vias.map((via) => scopeLine([table], `{ scope: ${scope}, via: ${via} }`)),
  );
}

/** A table that no rule covers, with the lines that resolve it. */
export function uncoveredProblem({ table, lines, against }: Offer): Problem {
  const settle =
    lines.length > 0
      ? `cover it in the configuration: ${lines.join(' or ')}`
      : `no single line of configuration covers it: ${against.join('; ')}`;
  const message = `no rule says which rows of ${table} belong to a project; ${settle}`;
  return { code: 'no-rule', message };
}

/** A table whose rows do not stand in itself alone, with the line that leaves it behind if that holds. */
export function oddTableProblem({ why }: OddTable, { table, lines, against }: Offer): Problem {
  const settle =
    lines.length > 0
      ? `leave it behind: ${lines.join(' or ')}`
      : `it cannot be left behind by configuration: ${against.join('; ')}`;
  return { code: 'odd-table', message: `${table} ${why}; ${settle}` };
}

/** A line of the configuration that gives tables their scope. */
function scopeLine(tables: readonly string[], scope: string): string {
  return `tables: { ${tables.map((table) => `${JSON.stringify(table)}: ${scope}`).join(', ')} }`;
}

/** The line that leaves tables behind. */
export function excludingLine(tables: readonly string[]): string {
  return scopeLine(tables, '{ scope: excluded, because: "…" }');
}

/** The scopes with lines of a configuration added, as the configuration itself would read them. */
export function withLine(scopes: Scopes, line: string): Scopes {
  const { tables, columns } = scopesSchema.parse(parse(line));
  return {
    ...scopes,
    tables: { ...scopes.tables, ...tables },
    columns: { ...scopes.columns, ...columns },
  };
}
