import type { DatabaseIdentity, Problem } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';
import type { ProjectIdentity } from '../../workflows/domain/request';
import { sameDatabase } from '../postgres/catalog/identity';
import { ownerWords } from './owner-words';
import { identityWords, momentWords, originWords } from '../../workflows/domain/origin';
import { counted } from '../../workflows/domain/counted';
import type { Release } from '../postgres/catalog/releases';
import { settleDefaultPrivileges } from '../postgres/checks/default-privileges';
import type { Marker } from '../postgres/fence';
import type { SchemaScript } from '../postgres/schema';
import type { TargetView } from './target';
import { defaultPrivilegeRemarks } from './checks/creation-remarks';
import { makesSchema, schemaProblems } from './target-schema';

/** What is asked of the target. */
export interface TargetDemand {
  readonly project: ProjectIdentity;
  readonly sources: readonly DatabaseIdentity[];
  readonly replace: boolean;
  readonly extent: Extent;
  /** The schema that will be in the target, where it is known. */
  readonly schema: Pick<SchemaScript, 'snapshot' | 'digest'> | undefined;
  /** How far the services have migrated what will be in the target, where that is known. */
  readonly releases?: readonly Release[];
  /** Whether the schema comes along without these columns. */
  readonly works?: (withoutColumns: readonly string[]) => boolean;
  /** The server version the rows come from. */
  readonly fromVersion: number;
  /** What the rows come from: the source as it is now, or a backup. */
  readonly from: DatabaseIdentity | 'backup';
}

/** Everything that speaks against writing into the target. */
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
  const statements = settleDefaultPrivileges(defaultPrivileges, demand.schema.snapshot);
  return defaultPrivilegeRemarks(identity.database, statements).problems;
}

function occupationProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (view.before.kind === 'absent' || demand.replace) return [];
  const { mark } = view;
  const { database } = view.identity;
  if (mark !== undefined) return [markProblem(mark, view, demand)];
  if (view.isForMaintenance === true) {
    return [
      {
        code: 'target-is-for-maintenance',
        message: `database "${database}" is the one that its server is kept in order from: start with replace to move the project into it all the same, or name another database`,
      },
    ];
  }
  if (view.before.kind !== 'filled' || view.before.rows === 0) return [];
  return [
    {
      code: 'target-not-empty',
      message: `database "${database}" holds ${counted(view.before.rows, 'row')} in auth and storage without a mark of this project; start with replace to save and replace them`,
    },
  ];
}

/** What a mark in the target says against writing there. */
function markProblem(mark: Marker, view: TargetView, { project, from }: TargetDemand): Problem {
  const { database } = view.identity;
  if (mark.state !== 'completed') {
    const abandoned = mark.state === 'abandoned' ? ', its restore was given up' : '';
    return {
      code: 'unfinished',
      message: `database "${database}" holds an unfinished migration of project "${mark.projectRef}" (workflow ${mark.workflowId}${abandoned}): let it finish; if it was terminated, run moveout reconcile; or start with replace`,
    };
  }
  if (mark.projectRef !== project.projectRef) {
    return {
      code: 'target-of-another-project',
      message: `database "${database}" belongs to project "${mark.projectRef}"`,
    };
  }
  if (from === 'backup') return overwrites(mark, view);
  if (!sameDatabase(mark.source, from)) return ofAnotherSource(mark, database, from);
  return {
    code: 'already-migrated',
    message: `project "${mark.projectRef}" is already migrated into "${database}", from ${originWords(mark)} (backup ${mark.backupId}); start with replace to do it again`,
  };
}

/** A rehearsal with a copy of the source must not count as the move. */
function ofAnotherSource(mark: Marker, database: string, source: DatabaseIdentity): Problem {
  return {
    code: 'migrated-from-another-source',
    message: `database "${database}" holds project "${mark.projectRef}" from another source: from the snapshot of ${momentWords(mark.snapshotAt)} of ${identityWords(mark.source)}, while the source now is ${identityWords(source)}. Start with replace to move the project again from this source; to keep what is there, leave the project out (--exclude=${mark.projectRef} with --all)`,
  };
}

function overwrites(mark: Marker, { before, identity }: TargetView): Problem {
  const rows = before.kind === 'filled' ? before.rows : 0;
  return {
    code: 'target-migrated',
    message: `database "${identity.database}" holds project "${mark.projectRef}", completed at ${momentWords(mark.completedAt ?? mark.snapshotAt)} from ${originWords(mark)}: ${counted(rows, 'row')} in auth and storage, with all that was written since, would be replaced. Start with replace to save them and then replace them`,
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
