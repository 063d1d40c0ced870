import { Context, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { FleetEntry, FleetProject } from '../../workflows/domain/fleet';
import { migrationWorkflowId } from '../../workflows/domain/names';
import type { Project } from '../../workflows/domain/request';
import type { Resources } from '../runtime/resources';
import { reasonOfEntry, reasonOfRun } from '../temporal/failure-reason';
import { mapConcurrently } from './concurrency';
import { listFailedRuns, newestRun, type FailedRun, runningFleets } from '../temporal/runs';
import type { Settled } from './resolve';
import type { FailureCode } from '../../workflows/domain/failure';
import { readEndings } from '../disk/fleet/outcomes';
import { assertThere, listFleets, readList } from '../disk/fleet/inventory';
import type { BackupStore } from '../disk/backup/store';

/** Runs that Temporal is asked about concurrently. */
const LOOKS = 8;

/** Which failures: those of one fleet, or `any`; and what the configuration says of projects. */
interface WantedFailures {
  readonly failedOf: string;
  readonly configured: readonly Project[] | undefined;
}

/** What is known of a project that may have failed. */
interface Candidate {
  readonly project: Project;
  readonly recorded: RecordedProjects | undefined;
  readonly run: FailedRun | undefined;
}

/**
 * Finds the projects whose last migration did not end well, which is what `retry-failed` picks. The newest run that Temporal
 * knows decides, else the records of fleets. A project of a fleet that has neither counts as failed, unless the fleet is
 * still running. A project that runs is not picked.
 */
export async function findFailed(
  { store }: Pick<Resources, 'store'>,
  { failedOf, configured }: WantedFailures,
): Promise<FoundProjects> {
  const { client } = Context.current();
  const recorded = await recordedProjects(store, client, failedOf);
  const candidates =
    failedOf === 'any'
      ? await candidatesOfAny(client, recorded, configured)
      : candidatesOf(recorded);
  return {
    projects: [...candidates.values()].map(({ project }) => project),
    code: 'InvalidInput',
    stillFailed: async (open) => {
      const { cancellationSignal } = Context.current();
      const looked = await mapConcurrently(open, LOOKS, (one) => {
        cancellationSignal.throwIfAborted();
        // The SDK leaves a listener on the signal for each call: on the activity's own signal they would pile up.
        const { signal } = new AbortController();
        return client.withAbortSignal(signal, () =>
          findFailure(client, one, candidates.get(one.ref)),
        );
      });
      return looked.filter((one) => one !== undefined);
    },
    wasDone: (ref) => wasDone(candidates.get(ref)?.recorded?.entry),
  };
}

function candidatesOf(
  recorded: ReadonlyMap<string, RecordedProjects>,
): ReadonlyMap<string, Candidate> {
  const candidates = [...recorded].map(([ref, one]): [string, Candidate] => [
    ref,
    { project: asProject(one.project), recorded: one, run: undefined },
  ]);
  return new Map(candidates);
}

/** The configuration takes precedence over the run, and the run over the list of a fleet. */
async function candidatesOfAny(
  client: Client,
  recorded: ReadonlyMap<string, RecordedProjects>,
  configured: readonly Project[] = [],
): Promise<ReadonlyMap<string, Candidate>> {
  const runs = await listFailedRuns(client);
  const own = new Map(configured.map((project) => [project.ref, project]));
  const candidates = new Map<string, Candidate>();
  const unnamed: string[] = [];
  for (const ref of new Set([...recorded.keys(), ...runs.keys()])) {
    const known = { recorded: recorded.get(ref), run: runs.get(ref) };
    if (known.run === undefined && wasDone(known.recorded?.entry)) continue;
    const listed = known.recorded && asProject(known.recorded.project);
    const project = own.get(ref) ?? known.run?.project ?? listed;
    if (project === undefined) unnamed.push(ref);
    else candidates.set(ref, { project, ...known });
  }
  if (unnamed.length > 0)
    log.warn('failed projects are left out: nothing says their database', { refs: unnamed.join() });
  return candidates;
}

/** The project with its reason; `undefined` if its last migration did not fail. */
async function findFailure(
  client: Client,
  project: Settled,
  candidate: Candidate | undefined,
): Promise<RetriedProject | undefined> {
  const usual = migrationWorkflowId(project.ref);
  const last = await newestRun(client, [usual, candidate?.run?.workflowId ?? usual]);
  if (last !== undefined) {
    const reason = await reasonOfRun(client, last);
    return reason === undefined ? undefined : { ...project, reason };
  }
  const { entry, isWaiting = false } = candidate?.recorded ?? {};
  if (wasDone(entry) || (entry === undefined && isWaiting)) return undefined;
  return { ...project, reason: reasonOfEntry(entry) };
}

function wasDone(entry: FleetEntry | undefined): boolean {
  return entry?.outcome === 'migrated' || entry?.outcome === 'already-migrated';
}

function asProject({ ref, database, owner, source, target }: FleetProject): Project {
  return { ref, database, owner, source, target };
}

/** A project that is to be moved; if it is tried again, with the reason. */
export type RetriedProject = Settled & Pick<FleetProject, 'reason'>;

/** The projects of a request, before it is known which of them are migrated. */
export interface FoundProjects {
  readonly projects: readonly Project[];
  /** The failure's code if they contradict each other. */
  readonly code: FailureCode;
  /** Picks the projects that are wanted from those that are not migrated. */
  readonly stillFailed: (open: readonly Settled[]) => Promise<readonly RetriedProject[]>;
  /** Whether a project was migrated before, so that the request is not about it. */
  readonly wasDone: (ref: string) => boolean;
}

/** What the folders of fleets say about a project. */
export interface RecordedProjects {
  readonly project: FleetProject;
  /** How it ended in the newest fleet that had it on its list; absent if that was not recorded. */
  readonly entry: FleetEntry | undefined;
  /** Whether its fleet still runs, so that it may not have been started yet. */
  readonly isWaiting: boolean;
}

/** Reads lists and records of one fleet, or of all in the backup directory, by ref; the newest fleet counts. */
async function recordedProjects(
  store: BackupStore,
  client: Client,
  failedOf: string,
): Promise<ReadonlyMap<string, RecordedProjects>> {
  const fleets = failedOf === 'any' ? await listFleets(store) : [failedOf];
  const running = await runningFleets(client);
  const recorded = new Map<string, RecordedProjects>();
  for (const fleetId of fleets) {
    const frozen = await assertThere(store, fleetId);
    const entries = await readEndings(store, fleetId);
    const isWaiting = running.has(fleetId);
    for (const project of await readList(store, frozen))
      recorded.set(project.ref, { project, entry: entries.get(project.ref), isWaiting });
  }
  return recorded;
}
