import type { Problem } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';
import type { Scopes } from '../../workflows/domain/scopes';
import type { TableFacts } from '../postgres/catalog/tables';
import type { ExtensionPlace } from '../postgres/catalog/extension-places';
import { removalStatement, type SchemaProblem, type SchemaScript } from '../postgres/schema';
import { classify } from '../postgres/scope/classify';
import { BUILT_IN_RULES } from '../postgres/scope/rules';
import { listed } from '../../workflows/domain/findings';
import { excludingLine, withLine } from './offered-lines';

/** What the lines that resolve a schema are tried against. */
export interface SchemaGround {
  readonly script: Pick<SchemaScript, 'problemsUnder'>;
  readonly extent: Extent;
  readonly scopes: Scopes;
  readonly tables: readonly TableFacts[];
  /** The extensions that some problems are about. */
  readonly extensions: readonly ExtensionPlace[];
}

/** The objects that cannot come along: one finding for each line that resolves some of them. Each line was tried. */
export function schemaProblems(ground: SchemaGround): readonly Problem[] {
  const all = ground.script.problemsUnder({});
  const found = new Map<string, SchemaProblem[]>();
  const add = (remedy: string, problem: SchemaProblem): void => {
    found.set(remedy, [...(found.get(remedy) ?? []), problem]);
  };
  const carrying = new Carrying(ground);
  for (const problem of all) {
    const { extension } = problem;
    const moved = ground.extensions.find(({ name }) => name === extension);
    add(moved === undefined ? lineFor(ground, problem, carrying) : movingLine(moved), problem);
  }
  return [...found].map(([settle, problems]) => finding(settle, problems));
}

/** An object that the configuration carries and the source does not have. */
export function absentProblem(name: string): Problem {
  return { code: 'scopes', message: `carry: the source has no ${name} that could come along` };
}

/** The extensions that problems are about. */
export function extensionsIn(script: Pick<SchemaScript, 'problemsUnder'>): readonly string[] {
  const names = script.problemsUnder({}).flatMap(({ extension }) => extension ?? []);
  return [...new Set(names)].sort();
}

function finding(settle: string, problems: readonly SchemaProblem[]): Problem {
  const [first] = problems;
  if (first?.extension !== undefined && settle.includes('EXTENSION')) {
    const what = `extension ${first.extension} stands in a schema that moves, with ${String(problems.length)} objects that are its own or need it`;
    return { code: 'extension', message: `${what}; ${settle}` };
  }
  const because = new Map<string, string[]>();
  for (const { object, because: why } of problems)
    because.set(why, [...new Set([...(because.get(why) ?? []), object])]);
  const words = [...because].map(([why, objects]) => `${listed(objects, ', ', 5)} ${why}`);
  return { code: 'schema', message: `${listed(words, '; ', 5)}; ${settle}` };
}

/** A reason that names the statement which removes it. */
const REPAIR = ': run REINDEX';

function lineFor(ground: SchemaGround, problem: SchemaProblem, carrying: Carrying): string {
  const carried = carrying.of(problem);
  if (carried !== undefined)
    return `carry it by configuration: carry: [${carried.map((name) => JSON.stringify(name)).join(', ')}]`;
  const line = columnLine(ground, problem) ?? tableLine(ground, problem);
  if (line !== undefined) return `leave it behind by configuration: ${line}`;
  // A constraint whose index can be repaired must not be dropped for it.
  if (problem.because.includes(REPAIR)) return 'then plan again';
  const statement = removalStatement(problem.object);
  if (statement !== undefined) return `change it in the source: ${statement}`;
  return 'no line of configuration resolves it: change the object in the source so that it needs nothing from other schemas';
}

/** Finds out what has to be carried so that an object comes along: what it needs, and what that needs. */
class Carrying {
  readonly #ground: SchemaGround;
  readonly #known = new Map<string, readonly SchemaProblem[]>();

  constructor(ground: SchemaGround) {
    this.#ground = ground;
  }

  of({ object, needs = [] }: SchemaProblem): readonly string[] | undefined {
    let carried = needs;
    while (carried.length > 0 && carried.every((name) => CARRIABLE.test(name))) {
      const under = this.#problemsUnder(carried);
      const left = under.filter((one) => one.object === object || carried.includes(one.object));
      if (left.length === 0) return carried;
      const more = left.flatMap((one) => one.needs ?? []).filter((name) => !carried.includes(name));
      if (more.length === 0) return undefined;
      carried = [...new Set([...carried, ...more])].sort();
    }
    return undefined;
  }

  #problemsUnder(carried: readonly string[]): readonly SchemaProblem[] {
    const key = carried.join('\n');
    const { script, extent } = this.#ground;
    const found =
      this.#known.get(key) ??
      script.problemsUnder({ carried: [...(extent.carried ?? []), ...carried] });
    this.#known.set(key, found);
    return found;
  }
}

const CARRIABLE = /^(?:type|domain|sequence|collation|function) /;

function columnLine({ script, extent, scopes, tables }: SchemaGround, problem: SchemaProblem) {
  const { column, object } = problem;
  if (column === undefined) return undefined;
  const line = `columns: { ${JSON.stringify(column)}: { scope: excluded, because: "…" } }`;
  if (classify(tables, withLine(scopes, line)).faults.length > 0) return undefined;
  const under = script.problemsUnder({ withoutColumns: [...extent.withoutColumns, column] });
  return under.some((one) => one.object === object || one.column === column) ? undefined : line;
}

function tableLine({ script, extent, scopes, tables }: SchemaGround, problem: SchemaProblem) {
  const { table, object } = problem;
  if (table === undefined || BUILT_IN_RULES.some((rule) => rule.table === table)) return undefined;
  if (!extent.schemas.some((schema) => table.startsWith(`${schema}.`))) return undefined;
  const line = excludingLine([table]);
  if (classify(tables, withLine(scopes, line)).faults.length > 0) return undefined;
  const under = script.problemsUnder({ withoutTables: [...(extent.withoutTables ?? []), table] });
  return under.some((one) => one.object === object || one.table === table) ? undefined : line;
}

function movingLine({ sql, relocatable, to }: ExtensionPlace): string {
  return relocatable
    ? `move it in the source: ALTER EXTENSION ${sql} SET SCHEMA ${to}`
    : `it cannot be moved as it is; in the source: DROP EXTENSION ${sql}; CREATE EXTENSION ${sql} SCHEMA ${to}`;
}
