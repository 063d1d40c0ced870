import type { Problem, TargetState } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';
import { readColumnName } from '../../workflows/domain/object-names';
import { compareReleases } from '../postgres/catalog/releases';
import { compareSchemas, settlePrivileges, type SchemaScript } from '../postgres/schema';
import type { TargetView } from './target';
import { ownerWords } from './owner-words';
import type { TargetDemand } from './target-problems';

/** The differences that a message shows before it only counts them. */
const SHOWN = 5;

/** What speaks against the schema that stands in the target. */
export function schemaProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (!mustReplaceSchema(view, demand)) return [];
  const { database } = view.identity;
  const owner = ownerWords(demand.from);
  if (demand.replace) {
    const kept = inTheWay(view);
    if (kept.length === 0) return [];
    return [
      {
        code: 'schema-stays',
        message: `the schemas of "${database}" differ from the ${owner}'s and cannot give way to them, since these would be lost: ${shortened(kept)}; drop them there, or name another database`,
      },
    ];
  }
  const differences = differencesOf(view, demand);
  const statements = privilegesOf(view, demand, differences);
  if (statements !== undefined) {
    return [
      {
        code: 'schema-differs',
        message: `in the target "${database}", the schemas have other privileges than in the ${owner} (${shortened(differences)}): ${statements.map((text) => `${text};`).join(' ')}`,
      },
    ];
  }
  // What a backup holds is in it: only a migration can leave columns out.
  const { words, rest } = byRelease(differences, view, demand);
  const settled = demand.from === 'backup' ? '' : settling(rest, demand);
  const told = [...words, ...(rest.length > 0 ? [shortened(rest)] : [])];
  return [
    {
      code: 'schema-differs',
      message: `the schemas of "${database}" are not those of the ${owner}: ${told.join('; ')}; start with replace to give it the ${owner}'s${settled}`,
    },
  ];
}

/** Differences of a schema that another release of its service has made, in one sentence, and those that remain. */
function byRelease(
  differences: readonly string[],
  { releases }: TargetView,
  demand: TargetDemand,
): { readonly words: readonly string[]; readonly rest: readonly string[] } {
  const words: string[] = [];
  let rest = differences;
  for (const own of releases) {
    const { service, schema } = own;
    const source = demand.releases?.find((release) => release.service === service);
    const compared = compareReleases(own, source);
    if (compared !== 'older' && compared !== 'newer') continue;
    const others = rest.filter((line) => !isAbout(line, schema));
    if (others.length === rest.length) continue;
    const first =
      compared === 'older'
        ? `let ${service} of the source's release migrate the target first`
        : `let ${service} of the target's release migrate the source first`;
    words.push(
      `schema ${schema} is of an ${compared === 'older' ? 'older' : 'other, newer'} release of ${service} (its newest migration is ${own.newest ?? ''}, the source's is ${source?.newest ?? ''}), with ${String(rest.length - others.length)} differences: ${first}`,
    );
    rest = others;
  }
  return { words, rest };
}

/** Whether a line of a comparison names an object of the schema. */
function isAbout(line: string, schema: string): boolean {
  return line.includes(` ${schema}.`) || line.includes(` schema ${schema} `);
}

/** Whether all that moves can be made where these columns stay behind as well. */
export function comesAlong(
  script: Pick<SchemaScript, 'problemsUnder'> | undefined,
  extent: Extent,
  columns: readonly string[],
): boolean {
  const withoutColumns = [...extent.withoutColumns, ...columns];
  return script?.problemsUnder({ withoutColumns }).length === 0;
}

/** The target's state before, as the writing steps have to know it. */
export function stateBefore(view: TargetView, demand: TargetDemand): TargetState {
  if (view.before.kind !== 'filled' || !mustReplaceSchema(view, demand)) return view.before;
  return { ...view.before, rebuild: true };
}

/** Whether the run makes the schemas in a database that is there already. */
export function makesSchema(view: TargetView, demand: TargetDemand): boolean {
  if (view.before.kind === 'empty') return true;
  return demand.replace && mustReplaceSchema(view, demand);
}

/**
 * Whether the schema in the target gives way to the source's: where it is another, and where single
 * tables of other schemas are part of it, whose foreign keys no order of loading would satisfy.
 */
function mustReplaceSchema({ schema, before }: TargetView, demand: TargetDemand): boolean {
  if (before.kind !== 'filled' || schema === undefined || demand.schema === undefined) return false;
  return schema.digest !== demand.schema.digest || demand.extent.tables.length > 0;
}

/** What neither the target's own script nor its rows would bring back. */
function inTheWay({ schema, dependents }: TargetView): readonly string[] {
  const lost = (schema?.leftOut ?? []).map(({ object }) => object);
  return [...lost, ...(schema?.problems ?? []), ...dependents];
}

function differencesOf({ schema }: TargetView, demand: TargetDemand): readonly string[] {
  if (schema === undefined || demand.schema === undefined) return [];
  return compareSchemas(demand.schema.snapshot, schema.snapshot);
}

/** What settles it where only privileges differ, such as those that a plan offered for the source. */
function privilegesOf(
  { schema }: TargetView,
  demand: TargetDemand,
  differences: readonly string[],
): readonly string[] | undefined {
  if (schema === undefined || demand.schema === undefined) return undefined;
  return settlePrivileges(demand.schema.snapshot, schema.snapshot, differences);
}

/** Columns that only the source has can stay behind, where the rest works without them. */
function settling(differences: readonly string[], { works }: TargetDemand): string {
  const columns = differences.flatMap((line) => {
    const name = readColumnName(/^column (.+) is missing$/s.exec(line)?.[1] ?? '');
    return name !== undefined && works?.([name]) === true ? [name] : [];
  });
  if (columns.length === 0 || works?.(columns) !== true) return '';
  const lines = columns
    .slice(0, SHOWN)
    .map((column) => `${JSON.stringify(column)}: { scope: excluded, because: "…" }`);
  const more = columns.length > SHOWN ? `, and ${String(columns.length - SHOWN)} more` : '';
  return `, or leave out what only the source has: columns: { ${lines.join(', ')}${more} }`;
}

function shortened(words: readonly string[]): string {
  const more = words.length > SHOWN ? ` and ${String(words.length - SHOWN)} more` : '';
  return `${words.slice(0, SHOWN).join('; ')}${more}`;
}
