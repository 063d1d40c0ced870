import { execute, freshName, urlOf } from '../support/harness/databases';

/** A role whose sessions start unlike those of most. */
export interface OddRole {
  readonly urlOf: (database: string) => string;
  /** After the databases that it owns are gone. */
  readonly drop: () => Promise<void>;
}

/** Creates a superuser that can log in, with settings of its own, `name = value` each. */
export async function createOddRole(settings: readonly string[]): Promise<OddRole> {
  const role = freshName('role');
  await execute(
    'postgres',
    [
      `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${role}'`,
      ...settings.map((setting) => `ALTER ROLE ${role} SET ${setting}`),
    ].join('; '),
  );
  return {
    urlOf: (database) => urlOf(database, role),
    drop: () => execute('postgres', `DROP OWNED BY ${role}; DROP ROLE ${role}`),
  };
}
