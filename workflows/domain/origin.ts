import type { DatabaseIdentity } from './plan';

/** Where the rows of a database come from, and of which moment they are. */
export interface Origin {
  /** The source as it was named and identified then. */
  readonly source: DatabaseIdentity;
  /** When the snapshot was taken, ISO 8601 in UTC. */
  readonly snapshotAt: string;
}

/** For people: `the snapshot of 2026-11-22 10:00:00 UTC of database "postgres" on connection "shared"`. */
export function originWords({ source, snapshotAt }: Origin): string {
  return `the snapshot of ${momentWords(snapshotAt)} of ${sourceWords(source)}`;
}

/** For people, by the names that the configuration had then. */
export function sourceWords({
  connection,
  database,
}: Pick<DatabaseIdentity, 'connection' | 'database'>): string {
  return `database "${database}" on connection "${connection}"`;
}

/** The origin for people, with the system identifier and oid that identify its database under any name. */
export function identityWords(identity: DatabaseIdentity): string {
  const { systemIdentifier, oid } = identity;
  return `${sourceWords(identity)} (system identifier ${systemIdentifier}, oid ${String(oid)})`;
}

/** A moment for people, to the second: `2026-11-22 10:00:00 UTC`. */
export function momentWords(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
