import type { Extent } from '../../../workflows/domain/extent';

/** Statements in two halves; each half is meant for one transaction, in this order. */
export interface ScriptParts {
  /** Everything that must be there before rows arrive: extensions, schemas, types, sequences, tables, functions, grants, row security. */
  readonly preData: readonly string[];
  /** What is cheaper or only possible once rows are there: keys, unique constraints, indexes, foreign keys, triggers, policies. */
  readonly postData: readonly string[];
  /** Which of the second half need not wait for the rest of it, in its order. */
  readonly builds: readonly Build[];
}

/** A key or an index that needs its table and the rows in it, and nothing else. */
export interface Build {
  /** `schema.table`, as a manifest names it. */
  readonly table: string;
  /** Of the constraint or of the index; a key's index has the same name. */
  readonly name: string;
  readonly kind: 'key' | 'index';
  /** One of the statements of the second half. */
  readonly statement: string;
}

/** An object in the extent that does not come along. */
export interface LeftOut {
  readonly object: string;
  readonly because: string;
}

/** An object that can neither come along nor be left out, and what that is about. */
export interface SchemaProblem extends LeftOut {
  /** The table or the like that the object is or is part of, `schema.table`. */
  readonly table?: string | undefined;
  /** The column that the object is or is part of, `schema.table.column`. */
  readonly column?: string | undefined;
  /** What it needs from outside, as `carried` names it. */
  readonly needs?: readonly string[] | undefined;
  /** The extension that it belongs to, or that something is about which it needs. */
  readonly extension?: string | undefined;
}

/** An extension that objects of the extent need. */
export interface Extension {
  readonly name: string;
  /** The schema that it is installed in. */
  readonly schema: string;
  /** Its version in the database that was read; another server may offer another one. */
  readonly version: string;
}

/** Another choice of what comes along and what stays behind, in the same schemas and tables. */
export type ExtentChange = Partial<Pick<Extent, 'carried' | 'withoutColumns' | 'withoutTables'>>;

/** What rebuilds an extent in an empty database, and what proves that it did. */
export interface SchemaScript {
  readonly statements: ScriptParts;
  /**
   * Takes away the single tables of the extent, the types and schemas that came with them, and what in the
   * extent's schemas hangs on these; nothing else of the schemas, and nothing of the extensions. For the database
   * that was read, in one transaction, before the schemas themselves are dropped. Never CASCADE: it fails when
   * something outside the extent depends on what it takes away.
   */
  readonly removal: readonly string[];
  /** Objects in the extent that reach outside it or stay behind by configuration, by name. Never empty by silence. */
  readonly leftOut: readonly LeftOut[];
  /** What pg_dump leaves out as well, so that nothing is lost: indexes that are not valid, facts of PostgreSQL's own. */
  readonly passedOver: readonly LeftOut[];
  /** What can neither be carried nor left out, one line each. A script with problems has no statements. */
  readonly problems: readonly string[];
  /** The problems that another choice of what comes along would have, checked in memory. */
  readonly problemsUnder: (change: ExtentChange) => readonly SchemaProblem[];
  /** What the extent carries of other schemas and the database does not have, by kind and name. */
  readonly absent: readonly string[];
  /** The extensions that the statements create unless they are there, in that order. */
  readonly extensions: readonly Extension[];
  /** Every role that the statements mention, sorted; built-in `pg_…` roles and PUBLIC are not among them. */
  readonly roles: readonly string[];
  /** The facts of the extent as canonical JSON, for comparing later without the database. Holds no rows and no secrets. */
  readonly snapshot: string;
  /**
   * SHA-256 (hex) of what the statements rebuild; equal for equal schemas, wherever they are and whatever the
   * server's version. `compareSchemas` sees more: constraints that are not enforced, and what a version adds by itself
   * between servers of the same version.
   */
  readonly digest: string;
}
