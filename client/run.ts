import type { Ending } from './ending-kinds';
import { faultOf, isDebugging, stackOf } from './fault';
import { Follower } from './follow';
import { Interrupts, type Wishes } from './interrupt';
import { findOrphanedRuns, type OrphanedRuns } from './orphaned-runs';
import { openSession, type Places, type Session } from './session';
import { displayOn } from './progress/terminal';
import { Screen } from './progress/screen';
import type { Ran } from './outcome';
import type { Request } from './requests';
import { startOrAttach } from './start';
import { hasPassword } from './task-queue';

/**
 * Does what is asked for and resolves with how it ended; everything said on the way goes to stderr. Rejects
 * before anything was touched: with a `ConfigError` for a wrong configuration, with any other error if no
 * Temporal can be reached.
 */
export async function run(request: Request, places: Places): Promise<Ran> {
  const screen = new Screen(displayOn(process.stderr));
  const say = (line: string): void => screen.say(line);
  if (places.connectionString !== undefined && hasPassword(places.connectionString)) {
    say(
      'Warning: a password in --connection-string is visible in the list of processes and in the shell’s history; MOVEOUT_SOURCE_URL in the environment is not.',
    );
  }
  const wishes = new Interrupts(say);
  try {
    const session = await openSession(places, say);
    try {
      const ending = await endingIn(session, request, { wishes, screen });
      const isInterrupted = wishes.isInterrupted;
      if (ending.kind !== 'refused') return { ending, isInterrupted };
      return { ending: { ...ending, undone: request.undone }, isInterrupted };
    } finally {
      await session.close();
    }
  } finally {
    wishes.stop();
  }
}

const NOT_STARTED: Ending = {
  kind: 'refused',
  problem: { code: 'Cancelled', message: 'interrupted before anything was started' },
};

const NO_ORPHANS: OrphanedRuns = {
  count: () => 0,
  ended: Promise.resolve(),
  stop: () => undefined,
};

/** The person at the terminal: what is wanted, and where to show what. */
interface Terminal {
  readonly wishes: Wishes & { readonly isInterrupted: boolean };
  readonly screen: Screen;
}

/** Starts or attaches, and follows to the end, in a session that stays open. */
async function endingIn(session: Session, request: Request, terminal: Terminal): Promise<Ending> {
  const { wishes, screen } = terminal;
  const say = (line: string): void => screen.say(line);
  if (session.webUi !== undefined) say(`Web UI: ${session.webUi}/namespaces/default/workflows`);
  const but = request.workflowId;
  const left = session.isOwnWorker
    ? await findOrphanedRuns({ session, but, wishes, say })
    : NO_ORPHANS;
  try {
    const ending = wishes.isInterrupted ? NOT_STARTED : await follow(session, request, terminal);
    if (left.count() > 0 && !wishes.isInterrupted)
      say('Waiting until the runs that an earlier start left have ended.');
    await left.ended.catch((error: unknown) =>
      say(`The runs that an earlier start left can no longer be followed: ${String(error)}`),
    );
    return ending;
  } finally {
    left.stop();
    // Its failure was said above.
    await left.ended.catch(() => undefined);
  }
}

async function follow(session: Session, request: Request, terminal: Terminal): Promise<Ending> {
  const { handle, isAttached } = await startOrAttach(session, request);
  const { screen } = terminal;
  screen.say(
    isAttached ? `${request.workflowId} is already running: following it.` : request.summary,
  );
  const ending = await new Follower({ session, handle, ...terminal })
    .ending()
    .catch((error: unknown): Ending => lost(handle.workflowId, error, screen));
  if (ending.kind === 'detached') screen.say(whatBecomes(session, handle.workflowId));
  return ending;
}

/** The run is there, but nobody here sees how it ends. */
function lost(workflowId: string, error: unknown, screen: Screen): Ending {
  const { problem, isBug } = faultOf(error);
  if (isBug && isDebugging()) screen.say(stackOf(error));
  const message = `lost contact with ${workflowId}: ${problem.message}; how it ends is unknown here: run the same command to follow it again`;
  return { kind: 'unknown', problem: { code: problem.code, message } };
}

function whatBecomes({ isOwnWorker, webUi }: Session, workflowId: string): string {
  const head = `Interrupted: ${workflowId} is no longer followed.`;
  if (!isOwnWorker)
    return `${head} It continues on its worker; run the same command to follow it again.`;
  const where = webUi === undefined ? '' : ' with its local Temporal server';
  return `${head} It is suspended${where} until the next start with the same flags, which finishes or restores it.`;
}
