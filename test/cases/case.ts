/** What must come of a case. */
export type Expected =
  /** The plan has no problem, and the project is migrated and verified. */
  | { readonly moved: true; readonly warnings?: readonly RegExp[] }
  /** The plan stops, and its problems say at least this; nothing was started. */
  | { readonly problems: readonly RegExp[] };

/** A situation of a real operator, and what is right in it. */
export interface Case {
  readonly name: string;
  /** Files of `inputs/` that happen to a copy of the studio; `:"DB"` in them is that copy. */
  readonly inputs: readonly string[];
  /** The encoding of the source, UTF8 unless given. */
  readonly encoding?: string;
  /** What happens on the target's server beforehand; `:"DB"` in it is the target. */
  readonly target?: readonly string[];
  /** What happens in the target itself, once it is there. */
  readonly inTarget?: readonly string[];
  /** The role that moveout connects as, a superuser unless given. */
  readonly role?: string;
  /** More lines of the configuration. */
  readonly configuration?: string;
  /** More fields of the request. */
  readonly request?: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
  /** A question to the target, in SQL, that must be true once it is migrated. */
  readonly holds?: string;
  /** Whether it is moved a second time, into its own target with `replace`, before that is asked. */
  readonly again?: boolean;
  /** What no plan, report or failure may say. */
  readonly secret?: string;
  /** Whether it is part of the short form, that runs with all tests. */
  readonly short?: boolean;
}
