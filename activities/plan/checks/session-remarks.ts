import type { SessionRoom } from '../../postgres/checks/session-room';
import { ident } from '../../postgres/identifiers';
import { problem, type Findings } from './remarks';

/** The most sessions that a step has at a time where it reads: a snapshot's, and two for its schema. */
export const SESSIONS_TO_READ = 3;

/** The same where it writes: its lock's and the target's, and those to read, as all can be on one server. */
export const SESSIONS_TO_WRITE = 5;

/** Who asks, and for how much. */
export interface Asking {
  readonly connection: string;
  readonly needed: number;
}

/** Names each limit that leaves fewer sessions than a move needs (`too-few-sessions`). */
export function sessionRemarks(rooms: readonly SessionRoom[], asking: Asking): Findings {
  const short = rooms.filter(({ kind, most, used }) => most - used < leastOf(kind, asking));
  return problem(
    'too-few-sessions',
    short.map((room) => inWords(room, asking)),
  );
}

/** In one database there are never more than those that read. */
function leastOf(kind: SessionRoom['kind'], { needed }: Asking): number {
  return kind === 'database' ? Math.min(needed, SESSIONS_TO_READ) : needed;
}

function inWords({ kind, name, most, used }: SessionRoom, asking: Asking): string {
  const least = leastOf(kind, asking);
  const { connection } = asking;
  const has = `${String(most)} sessions at a time, of which ${String(used)} are in use by others`;
  const needs = `moveout needs ${String(least)}`;
  const enough = String(used + least);
  switch (kind) {
    case 'role':
      return `role "${name}" of connection "${connection}" may have ${has}; ${needs}: ALTER ROLE ${ident(name)} CONNECTION LIMIT ${enough};`;
    case 'database':
      return `database "${name}" on connection "${connection}" may have ${has}; ${needs}: ALTER DATABASE ${ident(name)} CONNECTION LIMIT ${enough};`;
    case 'server':
      return `the server of connection "${connection}" may have ${has}, beside those that are kept for superusers; ${needs}: end sessions that nobody uses, or raise max_connections`;
  }
}
