import type { Step } from '../../workflows/domain/step-names';

export type RunName = 'A' | 'B';

/** What an activity does with the lease held. `fence` takes the lease and does nothing. */
export type Work = Exclude<Step, 'planMigration' | 'backupProject'> | 'fence';

export type Closed = 'migrated' | 'restored' | 'refused' | 'abandoned' | 'unrestored';

/** Where a run stands. `parked` and `terminated` runs are closed, but no endings: reconcile goes on from there. */
export type Phase = 'planMigration' | Work | 'parked' | 'terminated' | Closed;

/** Four parts of a target, one letter each: schema, auth rows, storage rows, keys. `-` is none of it. */
export type Content = string;

export interface Marker {
  readonly run: RunName;
  readonly completed: boolean;
  /** The fencing token. */
  readonly token: number;
  readonly steps: readonly Work[];
  readonly created: boolean;
  readonly previous: Marker | undefined;
}

export interface Database {
  readonly content: Content;
  /** Whether anybody but its owner may connect. */
  readonly open: boolean;
  readonly marker: Marker | undefined;
}

/** A session: not opened, usable, or ended by another. */
export type Session = 'none' | 'open' | 'dead';

/** One attempt of one activity, as PostgreSQL and Temporal see it. */
export interface Attempt {
  readonly run: RunName;
  readonly work: Work;
  /** The next atomic action of its program. */
  readonly at: number;
  /** Whether Temporal still counts on it. */
  readonly current: boolean;
  /** Whether a later attempt of the run has taken the lease: from then on this one may change nothing. */
  readonly fenced: boolean;
  readonly lock: Session | 'holds';
  readonly maintenance: Session;
  readonly write: Session;
  readonly place: 'target' | 'staging';
  /** How its open transaction holds the row of the marker. */
  readonly row: 'none' | 'shared' | 'exclusive';
  readonly token: number;
  /** Sessions that its sweep has read and not yet ended: three bits an attempt. */
  readonly seen: number;
  /** What the restore read in the marker. */
  readonly found: 'unread' | 'none' | 'own' | 'created';
}

export interface Before {
  readonly kind: 'absent' | 'empty' | 'filled';
  readonly content: Content;
  readonly open: boolean;
  readonly marker: Pick<Marker, 'run' | 'completed' | 'token'> | undefined;
}

export interface Run {
  readonly phase: Phase;
  readonly before: Before | undefined;
  /** Steps that answered, as a run would know that does not look at the target. */
  readonly answered: readonly Work[];
  /** Whether the run ends as refused when its restore is through. */
  readonly busy: boolean;
  /** Whether it was terminated at some time. */
  readonly interrupted: boolean;
}

export interface State {
  readonly runs: Readonly<Record<RunName, Run | undefined>>;
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  readonly target: Database | undefined;
  readonly staging: Readonly<Record<RunName, Database | undefined>>;
  /** Whether a stranger may still create the target by hand. */
  readonly stranger: boolean;
}

const letter = (value: string | boolean): string =>
  typeof value === 'boolean' ? (value ? '+' : '.') : value.slice(0, 1);

function markerKey(marker: Marker | undefined): string {
  if (marker === undefined) return '_';
  const { run, completed, token, steps, created, previous } = marker;
  return `${run}${letter(completed)}${token}${letter(created)}${steps.join('')}<${markerKey(previous)}`;
}

function databaseKey({ content, open, marker }: Database): string {
  return `${content}${letter(open)}${markerKey(marker)}`;
}

function attemptKey(attempt: Attempt): string {
  const { run, work, at, current, fenced, lock, maintenance, write } = attempt;
  const sessions = `${letter(lock)}${letter(maintenance)}${letter(write)}${letter(attempt.place)}${letter(attempt.row)}`;
  return `${run}${work}${at}${letter(current)}${letter(fenced)}${sessions}${attempt.token},${attempt.seen}${attempt.found}`;
}

function runKey(run: Run): string {
  const { phase, before, answered, busy, interrupted } = run;
  const marker =
    before?.marker === undefined
      ? ''
      : `${before.marker.run}${letter(before.marker.completed)}${before.marker.token}`;
  return `run ${phase}${before?.kind ?? ''}${before?.content ?? ''}${letter(before?.open ?? false)}${marker}${answered.join('')}${letter(busy)}${letter(interrupted)}`;
}

/**
 * Gives states their keys: two with the same key have the same future. Parts are shared between states,
 * so each is spelt once and counted.
 */
export class Keys {
  readonly #spelt = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();

  of({ runs, attempts, target, staging, stranger }: State): string {
    const parts = [this.#id(runs.A, runKey), this.#id(runs.B, runKey)];
    parts.push(this.#id(target, databaseKey));
    parts.push(this.#id(staging.A, databaseKey), this.#id(staging.B, databaseKey));
    for (const attempt of attempts) parts.push(this.#id(attempt, attemptKey));
    return `${parts.join()}${letter(stranger)}`;
  }

  #id<T extends object>(part: T | undefined, spell: (part: T) => string): number {
    if (part === undefined) return 0;
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const spelt = spell(part);
    const id = this.#spelt.get(spelt) ?? this.#spelt.size + 1;
    this.#spelt.set(spelt, id);
    this.#known.set(part, id);
    return id;
  }
}
