import { createHash } from 'node:crypto';

/** One attempt of one step of one run, as the servers see it. */
export interface AttemptName {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly projectRef: string;
}

/** All sessions of a run begin with this in `application_name`. */
export function runPrefix(runId: string): string {
  return `moveout ${shortRun(runId)} `;
}

/** The `application_name` of an attempt; the run comes first since long names are cut at the end. */
export function applicationName(name: AttemptName): string {
  return `${runPrefix(name.runId)}${name.step}#${String(name.attempt)} ${name.projectRef}`;
}

/** How the names of databases begin that do not carry their mark yet. */
export const STAGING_PREFIX = 'moveout_staging_';

/** The name a database has from its creation until it carries its mark. */
export function stagingName(runId: string): string {
  return `${STAGING_PREFIX}${shortRun(runId)}`;
}

/** The key of the advisory lock for a name, as decimal text of a signed 64-bit number. */
export function lockKey(kind: 'project' | 'database', name: string): string {
  const hash = createHash('sha256').update(`moveout ${kind} ${name}`).digest();
  return hash.readBigInt64BE(0).toString();
}

function shortRun(runId: string): string {
  return createHash('sha256').update(runId).digest('hex').slice(0, 12);
}
