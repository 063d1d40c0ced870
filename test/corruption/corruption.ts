/** One thing that is wrong with a migrated database, and what a verification has to say about it. */
export interface Corruption {
  readonly what: string;
  /** Run by a superuser in a session in which no trigger fires; each UPDATE, INSERT, DELETE has to hit a row. */
  readonly sql: string | ((given: Given) => string);
  /** The tables whose rows differ, no more and no fewer. */
  readonly tables: readonly string[];
  /** What the report has to name, each in one of its problems. */
  readonly names: readonly string[];
}

/** What a corruption may be made from. */
export interface Given {
  /** The copy that is corrupted. */
  readonly database: string;
  /** A row of another project as JSON text, by `schema.table`. */
  readonly neighbour: (table: string) => string;
}

/** Rows of one table are not what they were; the report has to name the table. */
export function inRows(what: string, table: string, sql: Corruption['sql']): Corruption {
  return { what, sql, tables: [table], names: [table] };
}

/** Every row is there to the byte; something around them is not, and the report has to name it. */
export function aroundRows(what: string, name: string, sql: Corruption['sql']): Corruption {
  return { what, sql, tables: [], names: [name] };
}
