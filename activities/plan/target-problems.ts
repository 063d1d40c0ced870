import type { DatabaseIdentity, Problem } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';
import type { ProjectIdentity } from '../../workflows/domain/request';
import { sameDatabase } from '../postgres/catalog/identity';
import type { SchemaScript } from '../postgres/schema';
import type { TargetView } from './target';
import { schemaProblems } from './target-schema';

/** What is asked of the target. */
export interface TargetDemand {
  readonly project: ProjectIdentity;
  readonly sources: readonly DatabaseIdentity[];
  readonly replace: boolean;
  readonly extent: Extent;
  /** The schema that will be in the target, where it is known. */
  readonly schema: Pick<SchemaScript, 'snapshot' | 'digest'> | undefined;
  /** The server version the rows come from. */
  readonly fromVersion: number;
  /** A restore into a database with this project's completed mark needs no `replace`. */
  readonly ownMarkSuffices: boolean;
}

/** Everything that speaks against writing into the target. */
export function targetProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  const identity = identityProblems(view, demand);
  if (identity.length > 0) return identity;
  return [
    ...view.problems,
    ...occupationProblems(view, demand),
    ...schemaProblems(view, demand),
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

function occupationProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  if (view.before.kind === 'absent' || demand.replace) return [];
  const { mark } = view;
  const database = view.identity.database;
  const own = mark?.projectRef === demand.project.projectRef;
  if (mark !== undefined && mark.state !== 'completed') {
    return [
      {
        code: 'unfinished',
        message: `database "${database}" holds an unfinished migration of project "${mark.projectRef}" (workflow ${mark.workflowId}${mark.state === 'abandoned' ? ', its restore was given up' : ''}); let it finish, or start with replace`,
      },
    ];
  }
  if (mark?.state === 'completed' && own && !demand.ownMarkSuffices) {
    return [
      {
        code: 'already-migrated',
        message: `project "${mark.projectRef}" is already migrated into "${database}"; start with replace to do it again`,
      },
    ];
  }
  if (mark?.state === 'completed' && own) return [];
  if (mark?.state === 'completed') {
    return [
      {
        code: 'target-of-another-project',
        message: `database "${database}" belongs to project "${mark.projectRef}"`,
      },
    ];
  }
  if (view.before.kind !== 'filled' || view.before.rows === 0) return [];
  return [
    {
      code: 'target-not-empty',
      message: `database "${database}" holds ${String(view.before.rows)} rows in auth and storage without a mark of this project; start with replace to save and replace them`,
    },
  ];
}

function versionProblems(view: TargetView, demand: TargetDemand): readonly Problem[] {
  const major = (version: number): number => Math.floor(version / 10000);
  if (major(view.identity.serverVersion) >= major(demand.fromVersion)) return [];
  return [
    {
      code: 'older-server',
      message: `the target's server is PostgreSQL ${String(major(view.identity.serverVersion))}, older than the source's ${String(major(demand.fromVersion))}`,
    },
  ];
}
