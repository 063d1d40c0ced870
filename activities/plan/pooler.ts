import { mergeFindings, type Findings } from '../../workflows/domain/findings';
import type { Problem } from '../../workflows/domain/plan';
import { checkPooler } from '../postgres/checks/pooler';
import { sessionsToRead, sessionsToWrite } from '../../workflows/domain/sessions';
import { checkSessionRoom } from '../postgres/checks/session-room';
import { serverRef } from '../postgres/database';
import type { Connections } from '../postgres/session/connections';
import type { Settings } from '../../workflows/domain/settings';
import type { DatabaseRef } from '../postgres/session/database-ref';
import { failure } from '../runtime/failure';

/**
 * Makes sure that no transaction pooler stands before source or target, and that enough sessions are allowed, also in the
 * target's database if it exists. Returns warnings. It runs first: behind a transaction pooler no other answer can be trusted.
 */
export async function findPoolers(
  connections: Connections,
  project: Omit<Moving, 'isThrottled'> & { readonly source: string },
  { throttle }: Pick<Settings, 'throttle'>,
): Promise<readonly Problem[]> {
  const { source, target } = project;
  const places: readonly DatabaseRef[] = [
    { connection: source, access: 'read' },
    ...(target === source ? [] : [serverRef(target)]),
  ];
  await assertRoom(connections, { ...project, isThrottled: throttle !== undefined });
  const findings: Findings[] = [];
  for (const place of places) findings.push(await findingsOf(connections, place));
  const { problems, warnings } = mergeFindings(findings);
  if (problems.length === 0) return warnings;
  throw failure('ConfigInvalid', problems.map(({ message }) => message).join('; '));
}

/** The connections of a move, and the database it goes into; a restore has no source. */
interface Moving {
  readonly source?: string | undefined;
  readonly target: string;
  readonly databaseName: string;
  /** How many sessions of a step read or write rows. */
  readonly jobs: number;
  /** Whether one more session asks the source if it may be read. */
  readonly isThrottled: boolean;
}

/** Refuses if the limits of role, database or server leave fewer sessions than a move needs. */
export async function assertRoom(
  connections: Connections,
  { source, target, databaseName, jobs, isThrottled }: Moving,
): Promise<void> {
  const asking = isThrottled ? 1 : 0;
  const refs: (readonly [DatabaseRef, number])[] = [
    [serverRef(target), sessionsToWrite(jobs) + asking],
  ];
  if (source !== undefined)
    refs.push([{ connection: source, access: 'read' }, sessionsToRead(jobs) + asking]);
  const found: Findings[] = [];
  for (const [place, needed] of refs) {
    const named = place.connection === target ? databaseName : undefined;
    const inDatabase = sessionsToRead(jobs) + asking;
    const demand = { connection: place.connection, needed, inDatabase, database: named };
    found.push(await connections.with(place, (client) => checkSessionRoom(client, demand)));
  }
  const messages = new Set(mergeFindings(found).problems.map(({ message }) => message));
  if (messages.size > 0) throw failure('Refused', [...messages].join(' '));
}

/** A problem is checked again each time: an operator may be about to fix it. */
async function findingsOf(connections: Connections, databaseRef: DatabaseRef): Promise<Findings> {
  const key = `${databaseRef.connection} ${connections.digestOf(databaseRef.connection)}`;
  const { poolers } = connections.memory;
  const known = poolers.get(key);
  if (known !== undefined) return known;
  const findings = await checkPooler(connections, databaseRef);
  if (findings.problems.length === 0) poolers.set(key, findings);
  return findings;
}
