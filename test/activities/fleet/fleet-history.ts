import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import {
  ApplicationFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributePair,
} from '@temporalio/common';
import { writeFrozen } from '../../../activities/disk/fleet/write-inventory';
import { recordEndings } from '../../../activities/record-outcomes';
import type { FleetEntry, FleetOutcome, FleetProject } from '../../../workflows/domain/fleet';
import { migrationWorkflowId } from '../../../workflows/domain/names';
import { SEARCH_ATTRIBUTES } from '../../../workflows/domain/search-attributes';
import { until } from '../../support/until';
import { before, failing, type Intervene } from '../../support/harness/interventions';
import type { TestProject, Testbed } from '../../support/harness/testbed';
import { activityEnvironment, nextFleetId, type FleetBench } from './fleet-bench';

/** Nobody polls it: what is started there stays as it is until it is ended from outside. */
export const IDLE = `nobody-${randomUUID()}`;

const keyOf = (name: keyof typeof SEARCH_ATTRIBUTES) =>
  defineSearchAttributeKey(SEARCH_ATTRIBUTES[name], SearchAttributeType.KEYWORD);

/** A search attribute as a start takes it. */
export function attribute(
  name: keyof typeof SEARCH_ATTRIBUTES,
  value: string,
): SearchAttributePair {
  return { key: keyOf(name), value };
}

/** A fleet whose projects have each another past. */
export class FleetHistory {
  readonly fleetId = nextFleetId();
  /** The projects by what they have behind them. */
  readonly projects = new Map<string, TestProject>();
  readonly #bed: Testbed;
  readonly #bench: FleetBench;
  readonly #taskQueue: string;

  private constructor(bed: Testbed, bench: FleetBench, taskQueue: string) {
    this.#bed = bed;
    this.#bench = bench;
    this.#taskQueue = taskQueue;
  }

  /** Runs the migrations, and writes the folder of the fleet. */
  static async make(bed: Testbed, bench: FleetBench): Promise<FleetHistory> {
    const history = new FleetHistory(bed, bench, await queueOf(bed));
    await history.#make();
    return history;
  }

  async #make(): Promise<void> {
    await this.#migrate('migrated');
    await this.#migrate('restored', failing('initSchema', 'before'));
    await this.#migrate('refused', failing('planMigration', 'before'));
    await this.#migrate('fixed', failing('initSchema', 'before'));
    await this.#migrate('fixed');
    const cancelled = await this.#begin('cancelled', async (name, real) => {
      if (name === 'initSchema') await cancelled.cancel();
      return real();
    });
    await cancelled.result().catch(() => undefined);
    await this.#park();
    const terminated = await this.#idle('terminated');
    await terminated.terminate('an accident');
    await this.#idle('timed-out', '1s');
    await until('the timeout', () => this.#statusOf('timed-out'), {
      isSo: (status) => status === 'TIMED_OUT',
    });
    await this.#idle('running');
    for (const kind of ['forgotten', 'unknown', 'recorded-done'])
      this.projects.set(kind, ghost(kind));
    await this.writeFolder(this.fleetId, [...this.projects.values()], { forgotten: 'restored' });
  }

  async #park(): Promise<void> {
    await this.#migrate('parked', async (name, real) => {
      if (name === 'initSchema') throw ApplicationFailure.nonRetryable('no', 'DataRejected');
      if (name === 'restoreProject') throw ApplicationFailure.nonRetryable('gone', 'BackupDamaged');
      return real();
    });
  }

  named(kind: string): TestProject {
    const project = this.projects.get(kind) ?? this.#bed.nextProject();
    this.projects.set(kind, project);
    return project;
  }

  async #begin(kind: string, intervene: Intervene): Promise<WorkflowHandle> {
    const project = this.named(kind);
    const workflowId = migrationWorkflowId(project.projectRef);
    this.#bed.intervene(workflowId, intervene);
    return this.#bed.temporal.workflow.start('migrateProject', {
      workflowId,
      taskQueue: this.#taskQueue,
      args: [project],
    });
  }

  async #migrate(kind: string, intervene?: Intervene): Promise<void> {
    const handle = await this.#begin(
      kind,
      intervene ?? before('initSchema', () => Promise.resolve()),
    );
    await handle.result().catch(() => undefined);
  }

  async #idle(kind: string, workflowExecutionTimeout = '1 day'): Promise<WorkflowHandle> {
    const { projectRef, databaseName } = this.named(kind);
    return this.#bed.temporal.workflow.start('migrateProject', {
      workflowId: migrationWorkflowId(projectRef),
      taskQueue: IDLE,
      args: [],
      workflowExecutionTimeout: workflowExecutionTimeout === '1s' ? '1s' : '1 day',
      typedSearchAttributes: [
        attribute('project', projectRef),
        attribute('database', databaseName),
      ],
    });
  }

  async #statusOf(kind: string): Promise<string> {
    const workflowId = migrationWorkflowId(this.named(kind).projectRef);
    return (await this.#bed.temporal.workflow.getHandle(workflowId).describe()).status.name;
  }

  async writeFolder(
    fleet: string,
    listed: readonly TestProject[],
    outcomes: Readonly<Record<string, FleetOutcome>>,
  ): Promise<void> {
    const found = listed.map(asFleetProject);
    const options = {
      request: {},
      limits: { concurrency: 1 },
      done: [],
      isEstimated: false,
      excluded: [],
    };
    await writeFrozen(this.#bench.store, { fleetId: fleet, projects: found, ...options });
    const entries = Object.entries({ ...outcomes, 'recorded-done': 'migrated' as const });
    await activityEnvironment().run(recordEndings, this.#bench, {
      fleetId: fleet,
      part: 0,
      entries: entries.map((entry) => this.#asEntry(entry)),
    });
  }

  #asEntry([kind, outcome]: readonly [string, FleetOutcome]): FleetEntry {
    const { projectRef, databaseName } = this.named(kind);
    const message = `it\nwas ${'long '.repeat(100)}`;
    return { projectRef, databaseName, outcome, problems: [{ code: 'Unexpected', message }] };
  }
}

/** A project that no run has ever been started for. */
export function ghost(kind: string): TestProject {
  const databaseName = `ghost_${kind.replaceAll('-', '_')}`;
  return { projectRef: `ghost-${kind}`, databaseName, ownerUserId: 'nobody' };
}

function asFleetProject({ projectRef, databaseName, ownerUserId }: TestProject): FleetProject {
  const names = { source: 'shared', target: 'projects' };
  return { ref: projectRef, database: databaseName, owner: ownerUserId, ...names, rows: 1 };
}

/** The queue of the testbed's worker, as a run that ends at once tells. */
async function queueOf(bed: Testbed): Promise<string> {
  const handle = await bed.start('planProject', [{ projectRef: 'Wrong' }]);
  const { taskQueue } = await handle.describe();
  await handle.result().catch(() => undefined);
  return taskQueue;
}
