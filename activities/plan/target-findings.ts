import type { DatabaseIdentity, Problem, TargetState } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';
import type { ProjectIdentity } from '../../workflows/domain/request';
import { sameDatabase } from '../postgres/catalog/databases';
import { identityWords, momentWords, originWords } from '../../workflows/domain/origin';
import { counted } from '../../workflows/domain/counted';
import { type Release, compareReleases } from '../postgres/catalog/releases';
import { checkDefaultPrivileges } from '../postgres/checks/default-privileges';
import type { Marker } from '../postgres/lease';
import { type SchemaScript, compareSchemas, privilegeStatements } from '../postgres/schema';
import type { TargetView } from './target';
import { readColumnName } from '../../workflows/domain/object-names';

/** What is asked of the target. */
export interface TargetDemand {
  readonly project: ProjectIdentity;
  readonly sources: readonly DatabaseIdentity[];
  readonly replace: boolean;
  readonly extent: Extent;
  /** The schema that will be in the target, if it is known. */
  readonly schema: Pick<SchemaScript, 'snapshot' | 'digest'> | undefined;
  /** How far the services have migrated what will be in the target, if known. */
  readonly releases?: readonly Release[];
  /** Whether the schema comes along without these columns. */
  readonly works?: (withoutColumns: readonly string[]) => boolean;
  /** The server version the rows come from. */
  readonly fromVersion: number;
  /** What the rows come from: the source as it is now, or a backup. */
  readonly from: DatabaseIdentity | 'backup';
}

/** Everything that blocks writing into the target. */
export function targetProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  const identity = identityProblems(view, demand);
  if (identity.length > 0) return identity;
  return [
    ...view.problems,
    ...occupationProblems(view, demand),
    ...schemaProblems(view, demand),
    ...creationProblems(view, demand),
    ...versionProblems(view, demand),
  ];
}

function identityProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  const source = demand.sources.find((candidate) => sameDatabase(candidate, view.identity));
  if (source === undefined) return [];
  return [
    {
      code: 'target-is-source',
      message: `the target "${view.identity.database}" is the source database itself (same server and oid)`,
    },
  ];
}

/** What the target would add to the privileges of what is created there, or take from them. */
function creationProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (demand.schema === undefined || !makesSchema(view, demand)) return [];
  const { defaultPrivileges = [], identity } = view;
  const { snapshot } = demand.schema;
  return checkDefaultPrivileges(identity.database, defaultPrivileges, snapshot).problems;
}

function occupationProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (view.before.kind === 'absent' || demand.replace) return [];
  const { marker } = view;
  const { database } = view.identity;
  if (marker?.state === 'completed') return [markerProblem(marker, view, demand)];
  // What an unfinished one says is found in unfinished.ts.
  if (marker !== undefined) return [];
  if (view.isForMaintenance === true) {
    return [
      {
        code: 'target-is-for-maintenance',
        message: `database "${database}" is the maintenance database of its server: start with replace to move the project into it all the same, or name another database`,
      },
    ];
  }
  if (view.before.kind !== 'filled' || view.before.rows === 0) return [];
  return [
    {
      code: 'target-not-empty',
      message: `database "${database}" holds ${counted(view.before.rows, 'row')} in auth and storage without a marker of this project; start with replace to back them up and then replace them`,
    },
  ];
}

/** Why a completed marker in the target forbids writing there. */
function markerProblem(marker: Marker, view: TargetView, { project, from }: TargetDemand): Problem {
  const { database } = view.identity;
  if (marker.projectRef !== project.projectRef) {
    return {
      code: 'target-of-another-project',
      message: `database "${database}" belongs to project "${marker.projectRef}"`,
    };
  }
  if (from === 'backup') return overwrites(marker, view);
  if (!sameDatabase(marker.source, from)) return ofAnotherSource(marker, database, from);
  return {
    code: 'already-migrated',
    message: `project "${marker.projectRef}" is already migrated into "${database}", from ${originWords(marker)} (backup ${marker.backupId}); start with replace to migrate it again`,
  };
}

/** A rehearsal with a copy of the source must not count as the migration. */
function ofAnotherSource(marker: Marker, database: string, source: DatabaseIdentity): Problem {
  return {
    code: 'migrated-from-another-source',
    message: `database "${database}" holds project "${marker.projectRef}" from another source: from the snapshot of ${momentWords(marker.snapshotAt)} of ${identityWords(marker.source)}, while the source now is ${identityWords(source)}. Start with replace to move the project again from this source; to keep what is there, leave the project out (--exclude=${marker.projectRef} with --all)`,
  };
}

function overwrites(marker: Marker, { before, identity }: TargetView): Problem {
  const rows = before.kind === 'filled' ? before.rows : 0;
  return {
    code: 'target-migrated',
    message: `database "${identity.database}" holds project "${marker.projectRef}", completed at ${momentWords(marker.completedAt ?? marker.snapshotAt)} from ${originWords(marker)}: ${counted(rows, 'row')} in auth and storage, with all that was written since, would be replaced. Start with replace to back them up and then replace them`,
  };
}

function versionProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  const major = (version: number): number => Math.floor(version / 10000);
  if (major(view.identity.serverVersion) >= major(demand.fromVersion)) return [];
  return [
    {
      code: 'older-server',
      message: `the target's server is PostgreSQL ${String(major(view.identity.serverVersion))}, older than the ${ownerWords(demand.from)}'s ${String(major(demand.fromVersion))}`,
    },
  ];
}

/** The differences that a message shows before it only counts them. */
const SHOWN = 5;

/** What blocks the schema that is in the target. */
function schemaProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (!mustReplaceSchema(view, demand)) return [];
  const { database } = view.identity;
  const owner = ownerWords(demand.from);
  if (demand.replace) {
    const kept = inTheWay(view);
    if (kept.length === 0) return [];
    return [
      {
        code: 'schema-stays',
        message: `the schemas of "${database}" differ from the ${owner}'s and cannot be replaced, because these objects would be lost: ${shortened(kept)}; drop them there, or name another database`,
      },
    ];
  }
  const differences = differencesOf(view, demand);
  const statements = privilegesOf(view, demand, differences);
  if (statements !== undefined) {
    return [
      {
        code: 'schema-differs',
        message: `in the target "${database}", the schemas have other privileges than in the ${owner} (${shortened(differences)}); to make them equal, run ${statements.map((text) => `${text};`).join(' ')}`,
      },
    ];
  }
  // What a backup holds is in it: only a migration can leave columns out.
  const { words, rest } = byRelease(differences, view, demand);
  const remedy = demand.from === 'backup' ? '' : differencesRemedy(rest, demand);
  const told = [...words, ...(rest.length > 0 ? [shortened(rest)] : [])];
  return [
    {
      code: 'schema-differs',
      message: `the schemas of "${database}" are not those of the ${owner}: ${told.join('; ')}; start with replace to give it the ${owner}'s${remedy}`,
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
      `schema ${schema} is of ${compared === 'older' ? 'an older' : 'a newer'} release of ${service} (its newest migration is ${own.newest ?? ''}, the source's is ${source?.newest ?? ''}), with ${String(rest.length - others.length)} differences: ${first}`,
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
 * Whether the schema in the target is replaced by the source's: if it differs, or if single tables of other schemas are
 * part of it, whose foreign keys no order of loading would satisfy.
 */
function mustReplaceSchema({ schema, before }: TargetView, demand: TargetDemand): boolean {
  if (before.kind !== 'filled' || schema === undefined || demand.schema === undefined) return false;
  return schema.digest !== demand.schema.digest || demand.extent.tables.length > 0;
}

/** What neither the target's own schema script nor its rows would restore. */
function inTheWay({ schema, dependents }: TargetView): readonly string[] {
  const lost = (schema?.leftOut ?? []).map(({ object }) => object);
  return [...lost, ...(schema?.problems ?? []), ...dependents];
}

function differencesOf({ schema }: TargetView, demand: TargetDemand): readonly string[] {
  if (schema === undefined || demand.schema === undefined) return [];
  return compareSchemas(demand.schema.snapshot, schema.snapshot);
}

/** What resolves it if only privileges differ, such as those that a plan offered for the source. */
function privilegesOf(
  { schema }: TargetView,
  demand: TargetDemand,
  differences: readonly string[],
): readonly string[] | undefined {
  if (schema === undefined || demand.schema === undefined) return undefined;
  return privilegeStatements(demand.schema.snapshot, schema.snapshot, differences);
}

/** Columns that only the source has can stay behind, if the rest works without them. */
function differencesRemedy(differences: readonly string[], { works }: TargetDemand): string {
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

/** Whose schema and rows go into a target, in words: a restore has no source. */
export function ownerWords(from: DatabaseIdentity | 'backup'): string {
  return from === 'backup' ? 'backup' : 'source';
}
