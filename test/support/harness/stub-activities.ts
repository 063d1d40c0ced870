import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../../activities';
import type {
  FleetEntry,
  FleetProject,
  FrozenFleet,
  Route,
  WindowState,
} from '../../../workflows/domain/fleet';
import { changedLimits, LIMITS } from '../../../workflows/domain/limits';
import type { StepResult } from '../../../workflows/domain/job';
import type { DatabaseIdentity, Plan } from '../../../workflows/domain/plan';
import { migrateRequestSchema, type MigrateAllRequest } from '../../../workflows/domain/request';
import { TIMING } from '../../../workflows/domain/timing';

/** What stands in the place of PostgreSQL and the disk where a test is about fleets alone. */
export interface StubGround {
  /** The inventory that the next fleet freezes, in its order. */
  projects: readonly FleetProject[];
  /** What a migration does in the middle; it fails with what this throws. */
  migrating: (projectRef: string) => Promise<void>;
  window: () => WindowState;
  /** What comes before a page of the inventory is given. */
  reading: () => Promise<void>;
  /** Between which servers the next fleet moves. */
  routes: readonly Route[];
  /** What comes before a template is there. */
  preparing: (route: Route) => Promise<void>;
  /** Everything that fleets have written down, by fleet and part. */
  readonly records: Map<string, readonly FleetEntry[]>;
}

const DONE: StepResult = { note: 'done', tables: [] };

/** Activities that touch nothing; workflows cannot tell them from real ones. */
export function stubActivities(ground: StubGround): Activities {
  const done = (): Promise<StepResult> => Promise.resolve(DONE);
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    freezeFleet: ({ fleetId, request }) => Promise.resolve(frozen(ground, fleetId, request)),
    readFleetPage: async ({ offset, count }) => {
      await ground.reading();
      return ground.projects.slice(offset, offset + count);
    },
    recordEndings: ({ fleetId, part, entries }) => {
      ground.records.set(`${fleetId}/${String(part)}`, entries);
      return Promise.resolve();
    },
    readWindow: () => Promise.resolve(ground.window()),
    prepareTemplates: async (route) => {
      await ground.preparing(route);
      return { target: route.target, made: ['a template'] };
    },
    dropTemplates: ({ made }) => Promise.resolve(made),
    findHost: nothing,
    planMigration: (input) => Promise.resolve(planOf(input)),
    backupProject: ({ backupId }) =>
      Promise.resolve({ ...DONE, backupId, backupPath: backupId, digests: {} }),
    initSchema: async ({ project }) => {
      await ground.migrating(project.projectRef);
      return DONE;
    },
    migrateAuth: done,
    migrateStorage: done,
    finishSchema: done,
    verifyProject: () =>
      Promise.resolve({ tables: [], drift: [], differences: [], completed: true }),
    removeMarker: nothing,
    restoreProject: () => Promise.resolve({ state: 'absent', facts: ['as it was'] }),
    abandonRestore: nothing,
    discardBackups: () => Promise.resolve([]),
    ...unused(),
  };
}

function frozen(
  ground: StubGround,
  fleetId: string,
  { limits, canary }: MigrateAllRequest,
): FrozenFleet {
  return {
    fleetId,
    path: `/${fleetId}`,
    sha256: 'unread',
    total: ground.projects.length,
    canaries: canary,
    alreadyMigrated: 0,
    rows: ground.projects.reduce((sum, { rows }) => sum + rows, 0),
    limits: changedLimits(LIMITS, limits),
    routes: ground.routes,
  };
}

function planOf(input: unknown): Plan {
  const {
    projectRef,
    databaseName = projectRef,
    replace,
    onDrift,
  } = migrateRequestSchema.parse(input);
  const identity = (connection: string): DatabaseIdentity => ({
    ...{ connection, database: databaseName, systemIdentifier: '1', oid: 0, serverVersion: 150000 },
  });
  return {
    project: { projectRef, databaseName, ownerUserId: 'owner' },
    source: identity('shared'),
    target: identity('projects'),
    targetBefore: { kind: 'absent' },
    ...{ users: 1, buckets: 1, tables: [], problems: [], warnings: [] },
    extent: { schemas: ['auth', 'storage'], tables: [], withoutColumns: [] },
    ...{ format: 'copy', replace, onDrift, timing: TIMING },
  };
}

type Unused =
  | 'planBackup'
  | 'planRestore'
  | 'planVerification'
  | 'backupTarget'
  | 'findInterrupted'
  | 'restoreRows'
  | 'findDrafts';

function unused(): Pick<Activities, Unused> {
  const never = (): Promise<never> => {
    const { activityType } = activityInfo();
    return Promise.reject(ApplicationFailure.nonRetryable(`${activityType} has no stub`));
  };
  return {
    planBackup: never,
    planRestore: never,
    planVerification: never,
    backupTarget: never,
    findInterrupted: never,
    restoreRows: never,
    findDrafts: never,
  };
}
