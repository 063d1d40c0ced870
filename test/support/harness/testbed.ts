import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Temporal, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { TASK_QUEUE, type WorkflowType } from '../../../workflows/domain/names';
import { TIMING } from '../../../workflows/domain/timing';
import type { Settings } from '../../../workflows/domain/settings';
import { createWorker } from '../../../worker/create-worker';
import type { Workers } from '../../../worker/workers';
import { bundledWorkflows } from './bundled-workflows';
import { dropDatabases, freshName, urlOf } from './databases';
import { endingOf, type Ending } from './ending';
import { Interventions, type Intervene } from './interventions';
import { createSource, ownProjects } from './studio-source';
import { plainSettings } from './plain-settings';

/** A project with a target of its own that no other test uses. */
export interface TestProject {
  readonly projectRef: string;
  readonly databaseName: string;
  readonly ownerUserId: string;
}

/** What a test may change about the worker's configuration, before it starts a workflow. */
export interface Configured {
  settings: Settings;
  urls: Record<string, string>;
}

/** A studio, and a worker that migrates out of it, in the process of one test file. */
export interface Testbed {
  readonly temporal: Temporal;
  readonly source: string;
  readonly backups: string;
  readonly taskQueue: string;
  readonly configured: Configured;
  /** The next project that this file has not used; its target is absent. After the last the first comes again. */
  readonly nextProject: () => TestProject;
  readonly start: (
    type: WorkflowType,
    input: readonly unknown[],
    intervene?: Intervene,
  ) => Promise<WorkflowHandle>;
  /** Stands around the activities of every run under this id. */
  readonly intervene: (workflowId: string, intervene: Intervene) => void;
  readonly run: (type: WorkflowType, input: unknown, intervene?: Intervene) => Promise<Ending>;
  readonly close: () => Promise<void>;
}

/** A workflow that is not over by then never will be. */
const GUARD = '100 seconds';

/** Opens a testbed; the default tenancy, backups in a folder of their own, a studio unless `given` one. */
export async function openTestbed(given?: string): Promise<Testbed> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const source = given ?? (await createSource());
  const backups = await mkdtemp(join(tmpdir(), 'moveout-core-'));
  const configured = configuration(source, backups);
  const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const temporal = new Temporal({ connection: clientConnection });
  const interventions = new Interventions();
  const taskQueue = `${TASK_QUEUE}-${randomUUID()}`;
  const worker = await createWorker({
    connection,
    namespace: 'default',
    taskQueue,
    workflows: bundledWorkflows(),
    configuration: {
      settings: live(configured),
      resolveUrl: (name) => configured.urls[name] ?? '',
    },
    wrap: (activities) => interventions.wrap(activities),
  });
  const start: Testbed['start'] = async (type, args, intervene) => {
    const workflowId = `${type}-${randomUUID()}`;
    interventions.set(workflowId, intervene);
    const handle = { args: [...args], workflowId, taskQueue, workflowExecutionTimeout: GUARD };
    return temporal.workflow.start(type, handle);
  };
  const running = worker.run();
  return {
    temporal,
    source,
    backups,
    taskQueue,
    configured,
    nextProject: await projectsOf(source),
    start,
    intervene: (workflowId, intervene) => interventions.set(workflowId, intervene),
    run: async (type, input, intervene) => endingOf(await start(type, [input], intervene)),
    close: async () => {
      await shutDown(worker, running);
      await clientConnection.close();
      await connection.close();
      await dropDatabases();
      await rm(backups, { recursive: true, force: true });
    },
  };
}

async function shutDown(worker: Workers, running: Promise<void>): Promise<void> {
  worker.shutdown();
  await running;
}

function configuration(source: string, directory: string): Configured {
  return {
    urls: { shared: urlOf(source), projects: urlOf('postgres') },
    settings: plainSettings({
      timing: { ...TIMING, parkAfter: 30_000 },
      backup: { directory, format: 'auto' },
    }),
  };
}

/** Settings that are read again at every use, so that one worker serves tests of every configuration. */
function live(configured: Configured): Settings {
  return {
    get source() {
      return configured.settings.source;
    },
    get target() {
      return configured.settings.target;
    },
    get connections() {
      return configured.settings.connections;
    },
    get tenancy() {
      return configured.settings.tenancy;
    },
    get scopes() {
      return configured.settings.scopes;
    },
    get createRoles() {
      return configured.settings.createRoles;
    },
    get projects() {
      return configured.settings.projects;
    },
    get throttle() {
      return configured.settings.throttle;
    },
    get sessions() {
      return configured.settings.sessions;
    },
    get timing() {
      return configured.settings.timing;
    },
    get fleet() {
      return configured.settings.fleet;
    },
    get backup() {
      return configured.settings.backup;
    },
  };
}

async function projectsOf(source: string): Promise<() => TestProject> {
  const projects = await ownProjects(source);
  let next = 0;
  return () => {
    const project = projects[next % projects.length];
    if (project === undefined) throw new Error('the studio has no projects');
    next += 1;
    const { ref: projectRef, owner: ownerUserId } = project;
    return { projectRef, databaseName: freshName('target'), ownerUserId };
  };
}
