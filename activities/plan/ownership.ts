import { counted } from '../../workflows/domain/counted';
import { ApplicationFailure } from '@temporalio/common';
import type { Problem, UnclaimedRows } from '../../workflows/domain/plan';
import type { ResolvedProject } from '../projects/resolve';
import { extentOf } from '../../workflows/domain/scopes';
import { readTables, type TableFacts } from '../postgres/catalog/tables';
import type { Connections } from '../postgres/session/connections';
import type { Client } from '../postgres/session/database-client';
import {
  findOverlap,
  countUnclaimed,
  overlapByRules,
  prepareUnclaimedCounts,
  type Overlap,
} from '../postgres/scope/ownership';
import { readProjectScope } from '../postgres/scope/project-scope';
import { transaction, withJoinedSessions } from '../postgres/session/transaction';

/** What other projects share with this one. */
export interface Ownership {
  readonly unclaimed?: readonly UnclaimedRows[] | undefined;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What a request asks of other projects' rows, and what a fleet knows of them already. */
export interface OwnershipRequest {
  /** Whether the rows that no project claims are counted. */
  readonly unclaimed?: boolean;
  /** What other projects claim too, if it is known already. */
  readonly overlap?: Overlap | undefined;
  /** How many sessions may read rows side by side. */
  readonly sessions: number;
}

/** Up to so many users the tables of a project are read one by one: another session costs more than it saves. */
const ONE_BY_ONE = 10_000;

/**
 * How many sessions are worth while for the rows of so many users, of those that a project may have; the plan has made
 * sure of these.
 */
export function sessionsFor(users: number, most: number): number {
  return users > ONE_BY_ONE ? most : 1;
}

/** What is unknown if the rules cannot tell other projects' rows. */
const UNKNOWN =
  'it is unknown whether two projects claim the same rows, and which rows no project claims';

/**
 * Looks for users and buckets that two projects claim, and for rows that none does. In a snapshot of
 * its own: a configured statement that works for one project may not for all at once.
 */
export async function readOwnership(
  connections: Connections,
  project: ResolvedProject,
  { unclaimed: isAsked = false, overlap, sessions }: OwnershipRequest,
): Promise<Ownership> {
  const known = overlap ?? overlapByRules(project);
  if (known !== undefined && !isAsked) return overlapFindings(known, project);
  const databaseRef = { connection: project.source, access: 'read' } as const;
  try {
    return await connections.with(databaseRef, (client) =>
      transaction(client, 'read-snapshot', async () => {
        const tables = await readTables(client, extentOf(project.scopes));
        const shared = known ?? (await readOverlap(client, tables, project));
        const asked = isAsked ? await prepareUnclaimedCounts(client, tables, project) : undefined;
        const place = {
          databaseRef,
          owner: client,
          count: sessionsFor(asked?.users ?? 0, sessions),
        };
        const unclaimed =
          asked &&
          (await withJoinedSessions(connections, place, (all) => countUnclaimed(all, asked)));
        const isUnknown = shared === undefined || (isAsked && unclaimed === undefined);
        return {
          unclaimed,
          ...(isUnknown ? UNTOLD : overlapFindings(shared, project)),
        };
      }),
    );
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'DataRejected') throw error;
    const hint = `a configured tenancy statement does not run for several projects at once (${error.message}); write $1::text, or cast it to the type it is compared with`;
    return { problems: [], warnings: [unknown(hint)] };
  }
}

async function readOverlap(
  client: Client,
  tables: readonly TableFacts[],
  project: ResolvedProject,
): Promise<Overlap | undefined> {
  const scope = await readProjectScope(client, tables, project, () => true);
  return findOverlap(client, scope, project);
}

const UNTOLD = {
  problems: [],
  warnings: [unknown('configure the projects (projects.list or projects.query)')],
};

function unknown(hint: string): Problem {
  return { code: 'claims-unknown', message: `${UNKNOWN}: ${hint}` };
}

function overlapFindings(
  overlap: Overlap,
  { tenancy }: ResolvedProject,
): Pick<Ownership, 'problems' | 'warnings'> {
  if (overlap.users + overlap.buckets === 0) return { problems: [], warnings: [] };
  const what = `${counted(overlap.users, 'user')} and ${counted(overlap.buckets, 'bucket')} are claimed by another project too`;
  if (tenancy.allowShared === true) {
    return {
      problems: [],
      warnings: [{ code: 'shared', message: `${what}: they are copied to both (allowShared)` }],
    };
  }
  const settle = `correct the tenancy, or set "tenancy: { allowShared: true }" to copy them to both`;
  return { problems: [{ code: 'overlap', message: `${what}; ${settle}` }], warnings: [] };
}
