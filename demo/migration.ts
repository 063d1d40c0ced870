import { once } from 'node:events';
import { Follower } from '../client/follow';
import type { Wishes } from '../client/interrupt';
import type { Display } from '../client/progress/display';
import { displayOn } from '../client/progress/terminal';
import { Screen } from '../client/progress/screen';
import { requestFor } from '../client/requests';
import type { Session } from '../client/session';
import { startOrAttach } from '../client/start';
import type { StudioProject } from '../studio/studio';
import type { Report } from '../workflows/domain/report';

const SILENT: Display = { update: nothing, updateFleet: nothing, say: nothing, end: nothing };

const interruption = new AbortController();

const interrupted = once(interruption.signal, 'abort').then(nothing);

const wishes: Wishes = {
  get wish() {
    return interruption.signal.aborted ? 'detach' : 'go-on';
  },
  changed: () => interrupted,
};

/** Lets the migration under way go, and every later one fail. */
export function interrupt(): void {
  interruption.abort(new Error('interrupted'));
}

/** How much of a migration is shown while it goes. */
export type Shown = 'steps' | 'nothing';

/** Moves one project as `npm run migrate-project` does, and gives its report. */
export async function migrate(
  session: Session,
  { ref, database, owner }: StudioProject,
  shown: Shown,
): Promise<Report> {
  interruption.signal.throwIfAborted();
  const request = requestFor(
    'migrateProject',
    { projectRef: ref, databaseName: database, ownerUserId: owner },
    Date.now(),
  );
  const { handle } = await startOrAttach(session, request);
  const screen = new Screen(shown === 'steps' ? displayOn(process.stdout) : SILENT);
  const ending = await new Follower({ session, handle, wishes, screen }).ending();
  if (ending.kind === 'report') return ending.report;
  throw new Error(`the migration of ${ref} ended without a report (${ending.kind})`);
}

function nothing(): void {
  return undefined;
}
