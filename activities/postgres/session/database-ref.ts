/** Which database of which configured server, and as what. */
export interface DatabaseRef {
  /** Name of the configured connection. */
  readonly connection: string;
  /** The database; left out, the one that the connection's URL names. */
  readonly database?: string | undefined;
  /** Instead of `database`: whichever of the server's databases serves for maintenance, but none of these. */
  readonly anyBut?: readonly string[] | undefined;
  readonly access: 'read' | 'write';
  /** Whether the session may wait for the next one who asks; left out, those that read a source or look at a server. */
  readonly reuse?: boolean | undefined;
}

/** Tells whether the database is one that no migration renames or drops: a source's, or a server's own. */
export function isPermanent({ database = 'postgres' }: DatabaseRef): boolean {
  return database === 'postgres';
}
