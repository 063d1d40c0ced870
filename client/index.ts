/**
 * Moveout for programs: what the commands do, with types. `connect` opens a way to Temporal, `start` starts a
 * run there or attaches to the same one, `follow` waits for its end.
 */
import { requestFor, type Requests } from './requests';
import type { Ending } from './ending-kinds';
import { Follower } from './follow';
import type { Wishes } from './interrupt';
import { openSession, type Session } from './session';
import type { Display, StepView } from './progress/display';
import { Screen } from './progress/screen';
import { startOrAttach, type Started } from './start';
import { useEnvFile } from '../worker/environment';
import type { FleetProgress } from '../workflows/domain/fleet';

export type {
  BackupInput as BackupRequest,
  MigrateAllInput as MigrateAllRequest,
  MigrateInput as MigrateRequest,
  ReconcileInput as ReconcileRequest,
  Requests,
  RestoreInput as RestoreRequest,
  VerifyInput as VerifyRequest,
} from './requests';
export type { Ending } from './ending-kinds';
export type { StepView } from './progress/display';
export type { FleetProgress, FleetReport } from '../workflows/domain/fleet';
export type { ReconcileReport } from '../workflows/domain/interrupted';
export type { Plan, Problem } from '../workflows/domain/plan';
export type { Outcome, Report } from '../workflows/domain/report';
export type { RestorePlan } from '../workflows/domain/restore-plan';
export { UsageError } from './fault';

/** An open way to Temporal. */
export interface Connection {
  /** `host:port` of the Temporal server. */
  readonly server: string;
  /** The Web UI of the local Temporal server; absent if a Temporal is configured. */
  readonly webUi?: string | undefined;
  /** Stops the worker of this process and the local server, if there are any. Runs stay as they are. */
  close(): Promise<void>;
}

/** How to connect. */
export interface ConnectOptions {
  /** The source; without it the configuration says where it is, or MOVEOUT_SOURCE_URL. */
  readonly connectionString?: string;
  /** Where backups are written and looked for. */
  readonly backupDirectory?: string;
  /** The configuration file. @default MOVEOUT_CONFIG, else ./moveout.config.yaml */
  readonly config?: string;
  /** Takes each line that is worth showing, such as the download of the Temporal CLI. */
  readonly onMessage?: (line: string) => void;
}

/** A run that was started, or that ran already. */
export interface Run {
  readonly workflowId: string;
  /** Whether the same request ran already, so that nothing was started. */
  readonly isAttached: boolean;
}

/** What to tell while a run is followed, and when to stop. */
export interface FollowOptions {
  /** Stops following; the run itself goes on. */
  readonly signal?: AbortSignal;
  /** Takes the steps of a run, about three times a second. */
  readonly onSteps?: (steps: readonly StepView[]) => void;
  /** Takes how far a fleet is, about once a second. */
  readonly onFleet?: (fleet: FleetProgress) => void;
  /** Takes each line that is worth showing, such as the failure of an attempt. */
  readonly onMessage?: (line: string) => void;
}

const sessions = new WeakMap<Connection, Session>();
const runs = new WeakMap<Run, { readonly session: Session; readonly started: Started }>();

/**
 * Opens a way to Temporal as the commands do: to the configured one (`TEMPORAL_ADDRESS`, or a profile), if its
 * task queue has a worker; else to a local server with a worker in this process, whose state is in `.moveout`. A
 * file `.env` beside the configuration adds to `process.env`. A process can have one worker of its own at a
 * time: close one such connection before you open another. Rejects with one message that says what is wrong.
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const { onMessage = ignore, ...places } = options;
  useEnvFile(places.config);
  const session = await openSession(places, onMessage);
  const { server, webUi } = session;
  const connection = { server, webUi, close: () => session.close() };
  sessions.set(connection, session);
  return connection;
}

/**
 * Starts a run of the given workflow, or attaches to one that does the same already. Rejects with a `UsageError`
 * that names the field if the request cannot be taken, or if something else runs under its workflow id.
 */
export async function start<Type extends keyof Requests>(
  connection: Connection,
  workflowType: Type,
  request: Requests[Type],
): Promise<Run> {
  const session = sessions.get(connection);
  if (session === undefined) throw new TypeError('the connection must come from connect()');
  const started = await startOrAttach(session, requestFor(workflowType, request, Date.now()));
  const run = { workflowId: started.handle.workflowId, isAttached: started.isAttached };
  runs.set(run, { session, started });
  return run;
}

/**
 * Follows a run to its end, and resolves with how it ended: `{ kind: 'report', report }` for a migration, a
 * backup, a verification and a restore; `plan`, `restorePlan`, `fleet` and `reconciled` for the others; `refused`
 * if nothing was touched; `unknown` if an operator has to look; `detached` after `signal`. Rejects if Temporal does
 * not answer for a minute or the worker of this process fails.
 */
export async function follow(run: Run, options: FollowOptions = {}): Promise<Ending> {
  const { session, started } = known(run);
  const wishes = wishesOf(options.signal);
  const screen = new Screen(displayOf(options));
  return new Follower({ session, handle: started.handle, wishes, screen }).ending();
}

/** Cancels a run: it restores the target, which `follow` waits for. */
export async function cancel(run: Run): Promise<void> {
  await known(run).started.handle.cancel();
}

function known(run: Run): { readonly session: Session; readonly started: Started } {
  const found = runs.get(run);
  if (found === undefined) throw new TypeError('the run must come from start()');
  return found;
}

function displayOf({ onSteps, onFleet, onMessage }: FollowOptions): Display {
  return {
    update: onSteps ?? ignore,
    updateFleet: onFleet ?? ignore,
    say: onMessage ?? ignore,
    end: ignore,
  };
}

function wishesOf(signal = new AbortController().signal): Wishes {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return {
    get wish() {
      return signal.aborted ? 'detach' : 'go-on';
    },
    changed: () => aborted,
  };
}

function ignore(): void {
  return undefined;
}
