import type { Problem } from '../../workflows/domain/plan';
import type { Settings } from '../../workflows/domain/settings';
import { failure } from '../failure';
import type { Connections, DatabaseRef } from '../postgres/connections';
import { readSessionRoom } from '../postgres/checks/session-room';
import { serverRef } from '../postgres/maintenance';
import { poolerFindings } from './checks/pooler-remarks';
import { mergeFindings, type Findings } from './checks/remarks';
import { SESSIONS_TO_READ, SESSIONS_TO_WRITE, sessionRemarks } from './checks/session-remarks';

/**
 * Makes sure that sessions of source and target are sessions, and gives what is worth saying of them.
 * Comes before everything else: behind a transaction pooler no other answer could be trusted.
 */
export async function findPoolers(
  connections: Connections,
  { source, target }: Pick<Settings, 'source' | 'target'>,
): Promise<readonly Problem[]> {
  const places: readonly DatabaseRef[] = [
    { connection: source, access: 'read' },
    ...(target === source ? [] : [serverRef(target)]),
  ];
  await assertRoom(connections, { source, target });
  const remarks: Findings[] = [];
  for (const place of places) remarks.push(await remarksOf(connections, place));
  const { problems, warnings } = mergeFindings(remarks);
  if (problems.length === 0) return warnings;
  throw failure('ConfigInvalid', problems.map(({ message }) => message).join('; '));
}

/** The connections of a move, and the database it goes into. */
interface Reaching {
  readonly source?: string | undefined;
  readonly target: string;
  readonly database?: string | undefined;
}

/** Refuses where the limits of role, database or server leave fewer sessions than a move needs. */
export async function assertRoom(
  connections: Connections,
  { source, target, database }: Reaching,
): Promise<void> {
  const asked: (readonly [DatabaseRef, number])[] = [[serverRef(target), SESSIONS_TO_WRITE]];
  if (source !== undefined) asked.push([{ connection: source, access: 'read' }, SESSIONS_TO_READ]);
  const found: Findings[] = [];
  for (const [place, needed] of asked) {
    const rooms = await connections.with(place, (client) => readSessionRoom(client, database));
    found.push(sessionRemarks(rooms, { connection: place.connection, needed }));
  }
  const messages = new Set(mergeFindings(found).problems.map(({ message }) => message));
  if (messages.size > 0) throw failure('Refused', [...messages].join(' '));
}

/** What is true of a server's sessions is true for every project of a fleet. */
const GOOD_FOR_MILLIS = 60_000;

const found = new Map<string, { readonly until: number; readonly remarks: Findings }>();

/** A problem is looked at again each time: somebody is about to settle it. */
async function remarksOf(connections: Connections, databaseRef: DatabaseRef): Promise<Findings> {
  const key = `${databaseRef.connection} ${connections.digestOf(databaseRef.connection)}`;
  const known = found.get(key);
  if (known !== undefined && known.until > Date.now()) return known.remarks;
  const remarks = await poolerFindings(connections, databaseRef);
  found.delete(key);
  if (remarks.problems.length === 0)
    found.set(key, { until: Date.now() + GOOD_FOR_MILLIS, remarks });
  return remarks;
}
