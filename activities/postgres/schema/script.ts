/** Statements in two halves; each half is meant for one transaction, in this order. */
export interface Halves {
  /** Everything that must be there before rows arrive: schemas, types, sequences, tables, functions, grants, row security. */
  readonly before: readonly string[];
  /** What is cheaper or only possible once rows are there: keys, unique constraints, indexes, foreign keys, triggers, policies. */
  readonly after: readonly string[];
}

/** An object in the schemas that cannot come along alone. */
export interface LeftOut {
  readonly object: string;
  readonly because: string;
}

/** What rebuilds the given schemas in an empty database, and what proves that it did. */
export interface SchemaScript {
  readonly statements: Halves;
  /** Objects in the schemas that reach outside them, by name. Never empty by silence. */
  readonly leftOut: readonly LeftOut[];
  /** What can neither be carried nor left out, one line each. A script with problems has no statements. */
  readonly problems: readonly string[];
  /** Every role that the statements mention, sorted; built-in `pg_…` roles and PUBLIC are not among them. */
  readonly roles: readonly string[];
  /** The facts of the schemas as canonical JSON, for comparing later without the database. Holds no rows and no secrets. */
  readonly snapshot: string;
  /** SHA-256 (hex) of the snapshot's facts; equal for equal schemas, wherever they are. */
  readonly digest: string;
}
