import { dropDatabases, execute, freshName } from '../../support/harness/databases';
import { createSource } from '../../support/harness/studio-source';

/** A source, and roles that move projects out of it. */
export interface Movers {
  readonly source: () => string;
  /** Creates a role that may log in and nothing else; its password is its name. */
  readonly freshRole: () => Promise<string>;
  /** The roles that are dropped at the end, in this order; a test adds those that it creates itself. */
  readonly roles: string[];
}

/** Makes the source before the tests of a file; drops it and the roles after them. */
export function useMovers(): Movers {
  let source = '';
  const roles: string[] = [];
  beforeAll(async () => {
    source = await createSource();
  });
  afterAll(async () => {
    await dropDatabases();
    for (const role of roles) await execute('postgres', `DROP ROLE ${role}`);
  });
  const freshRole = async (): Promise<string> => {
    const role = freshName('mover');
    roles.push(role);
    await execute('postgres', `CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD '${role}'`);
    return role;
  };
  return { source: () => source, freshRole, roles };
}
