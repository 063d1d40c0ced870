import type {
  FleetProject,
  FreezeOrder,
  FrozenFleet,
  PageOrder,
  RecordOrder,
  WindowState,
  PreparedTemplates,
  Route,
} from '../workflows/domain/fleet';
import type {
  LeftoverDrafts,
  InterruptedRuns,
  CandidateRuns,
} from '../workflows/domain/interrupted';
import type { BackupResult, Job, SchemaResult, StepResult } from '../workflows/domain/job';
import type { Window } from '../workflows/domain/limits';
import type { Plan } from '../workflows/domain/plan';
import type {
  BackupRequest,
  MigrateRequest,
  ReconcileRequest,
  RestoreRequest,
  VerifyRequest,
} from '../workflows/domain/request';
import type { RestoreProof, Verified } from '../workflows/domain/report';
import type { BackupPlan, RestorePlan, VerificationPlan } from '../workflows/domain/restore-plan';
import { abandonRestore } from './abandon-restore';
import { backupProject, type BackupOrder } from './backup-project';
import { backupTarget, type TargetBackupOrder } from './backup-target';
import {
  boundedBackup,
  boundedEvidence,
  boundedPlan,
  boundedProof,
  boundedRuns,
  boundedStep,
} from './runtime/bounded';
import { removeMarker } from './complete-migration';
import { discardBackups, type Discarding } from './discard-backups';
import { findDrafts } from './find-drafts';
import { findHost } from './find-host';
import { dropTemplates } from './drop-templates';
import { findInterrupted } from './find-interrupted';
import { finishSchema } from './finish-schema';
import { initSchema } from './init-schema';
import { freezeFleet } from './freeze-fleet';
import { readFleetPage } from './read-fleet-page';
import { recordEndings } from './record-outcomes';
import { readWindow } from './read-window';
import { migrateAuth } from './migrate-auth';
import { migrateStorage } from './migrate-storage';
import { planBackup } from './plan-backup';
import { planMigration } from './plan-migration';
import { planRestore } from './plan-restore';
import { planVerification } from './plan-verification';
import { prepareTemplates } from './prepare-templates';
import type { Resources } from './runtime/resources';
import { restoreProject } from './restore-project';
import { restoreRows } from './restore-rows';
import { verifyProject } from './verify-project';

export type { Resources } from './runtime/resources';

/** The activities as workflows see them; each is safe to run twice. */
export interface Activities {
  /** Rejects if the host has no worker. */
  readonly findHost: (host: string) => Promise<void>;
  readonly planMigration: (request: MigrateRequest) => Promise<Plan>;
  readonly planBackup: (request: BackupRequest) => Promise<BackupPlan>;
  readonly planRestore: (request: RestoreRequest) => Promise<RestorePlan>;
  readonly planVerification: (request: VerifyRequest) => Promise<VerificationPlan>;
  readonly freezeFleet: (order: FreezeOrder) => Promise<FrozenFleet>;
  readonly readFleetPage: (order: PageOrder) => Promise<readonly FleetProject[]>;
  readonly recordEndings: (order: RecordOrder) => Promise<void>;
  readonly readWindow: (window: Window) => Promise<WindowState>;
  readonly backupProject: (order: BackupOrder) => Promise<BackupResult>;
  readonly backupTarget: (order: TargetBackupOrder) => Promise<BackupResult>;
  readonly findInterrupted: (request: ReconcileRequest) => Promise<InterruptedRuns>;
  readonly findDrafts: (candidates: CandidateRuns) => Promise<readonly LeftoverDrafts[]>;
  readonly prepareTemplates: (order: Route) => Promise<PreparedTemplates>;
  readonly dropTemplates: (prepared: PreparedTemplates) => Promise<readonly string[]>;
  readonly abandonRestore: (job: Job) => Promise<void>;
  readonly discardBackups: (discarding: Discarding) => Promise<readonly string[]>;
  readonly initSchema: (job: Job) => Promise<SchemaResult>;
  readonly migrateAuth: (job: Job) => Promise<StepResult>;
  readonly migrateStorage: (job: Job) => Promise<StepResult>;
  readonly restoreRows: (job: Job) => Promise<StepResult>;
  readonly finishSchema: (job: Job) => Promise<StepResult>;
  readonly verifyProject: (job: Job, then?: 'complete') => Promise<Verified>;
  readonly removeMarker: (job: Job) => Promise<void>;
  readonly restoreProject: (job: Job) => Promise<RestoreProof>;
}

/** Binds every activity to the resources of the worker, and limits the size of its answer. */
export function createActivities(resources: Resources): Activities {
  return {
    findHost: (host) => findHost(resources, host),
    planMigration: async (request) =>
      boundedPlan(resources, await planMigration(resources, request)),
    planBackup: async (request) => boundedPlan(resources, await planBackup(resources, request)),
    planRestore: async (request) => boundedPlan(resources, await planRestore(resources, request)),
    planVerification: async (request) =>
      boundedPlan(resources, await planVerification(resources, request)),
    freezeFleet: (order) => freezeFleet(resources, order),
    readFleetPage: (order) => readFleetPage(resources, order),
    recordEndings: (order) => recordEndings(resources, order),
    readWindow: (window) => Promise.resolve(readWindow(window, Date.now())),
    backupProject: async (order) => boundedBackup(await backupProject(resources, order)),
    backupTarget: async (order) => boundedBackup(await backupTarget(resources, order)),
    findInterrupted: async (request) => boundedRuns(await findInterrupted(resources, request)),
    findDrafts: (candidates) => findDrafts(resources, candidates),
    prepareTemplates: (order) => prepareTemplates(resources, order),
    dropTemplates: (prepared) => dropTemplates(resources, prepared),
    abandonRestore: (job) => abandonRestore(resources, job),
    discardBackups: (discarding) => discardBackups(resources, discarding),
    initSchema: async (job) => boundedStep(await initSchema(resources, job)),
    migrateAuth: async (job) => boundedStep(await migrateAuth(resources, job)),
    migrateStorage: async (job) => boundedStep(await migrateStorage(resources, job)),
    restoreRows: async (job) => boundedStep(await restoreRows(resources, job)),
    finishSchema: async (job) => boundedStep(await finishSchema(resources, job)),
    verifyProject: async (job, then) =>
      boundedEvidence(resources, await verifyProject(resources, job, then)),
    removeMarker: (job) => removeMarker(resources, job),
    restoreProject: async (job) => boundedProof(await restoreProject(resources, job)),
  };
}
