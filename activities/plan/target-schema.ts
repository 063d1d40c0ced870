import type { Problem, TargetState } from '../../workflows/domain/plan';
import { compareSchemas } from '../postgres/schema';
import type { TargetView } from './target';
import { ownerWords } from './owner-words';
import type { TargetDemand } from './target-problems';

/** The differences that a message shows before it only counts them. */
const SHOWN = 5;

/** What speaks against the schema that stands in the target. */
export function schemaProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (!gives(view, demand)) return [];
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
  // What a backup holds is in it: only a migration can leave columns out.
  const settled = demand.from === 'backup' ? '' : settling(differences);
  return [
    {
      code: 'schema-differs',
      message: `the schemas of "${database}" are not those of the ${owner}: ${shortened(differences)}; start with replace to give it the ${owner}'s${settled}`,
    },
  ];
}

/** The target's state before, as the writing steps have to know it. */
export function stateBefore(view: TargetView, demand: TargetDemand): TargetState {
  if (view.before.kind !== 'filled' || !gives(view, demand)) return view.before;
  return { ...view.before, rebuild: true };
}

/**
 * Whether the schema in the target gives way to the source's: where it is another, and where single
 * tables of other schemas are part of it, whose foreign keys no order of loading would satisfy.
 */
function gives({ schema, before }: TargetView, demand: TargetDemand): boolean {
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

/** Columns that only the source has can stay behind. */
function settling(differences: readonly string[]): string {
  const columns = differences.flatMap((line) => /^column (\S+) is missing$/.exec(line)?.[1] ?? []);
  if (columns.length === 0) return '';
  const lines = columns
    .slice(0, SHOWN)
    .map((column) => `"${column}": { scope: excluded, because: "…" }`);
  const more = columns.length > SHOWN ? `, and ${String(columns.length - SHOWN)} more` : '';
  return `, or leave out what only the source has: columns: { ${lines.join(', ')}${more} }`;
}

function shortened(words: readonly string[]): string {
  const more = words.length > SHOWN ? ` and ${String(words.length - SHOWN)} more` : '';
  return `${words.slice(0, SHOWN).join('; ')}${more}`;
}
