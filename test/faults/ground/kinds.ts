import { createStudio } from '../../../studio/studio';
import type { KeptPostgres } from './kept-postgres';
import { runAt } from './sessions';

/**
 * What a target is before its migration: not there; a database without the schemas; one that holds
 * rows in the very schemas of the source; one whose schemas differ and have to give way.
 */
export const KINDS = ['absent', 'empty', 'filled', 'differing'] as const;

export type Kind = (typeof KINDS)[number];

/** What stands beside the schemas, and must outlive everything. */
const NEIGHBOUR = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
  INSERT INTO shop.orders VALUES (1, 'kept'), (2, 'kept as well');`;

/** A studio's own tables depend on the users; a project's own database has none of them. */
const WITHOUT_STUDIO = `
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;`;

const DIFFERENCE = `
  ALTER TABLE auth.users ADD COLUMN nickname text DEFAULT 'none';
  CREATE INDEX users_by_nickname ON auth.users (nickname);`;

const templateOf = (kind: Kind): string => `kind_${kind}`;

/** Makes the databases that targets are copied from. */
export async function prepareKinds(server: KeptPostgres): Promise<void> {
  const copy = (from: string, kind: Kind): Promise<void> =>
    runAt(server.url(), `CREATE DATABASE ${templateOf(kind)} TEMPLATE ${from}`);
  await copy('template0', 'empty');
  await runAt(server.url(templateOf('empty')), NEIGHBOUR);
  await copy('template0', 'filled');
  await createStudio(server.url(templateOf('filled')), {
    ...{ projects: 1, users: 12, buckets: 4, objects: 20 },
    seed: 'filled',
  });
  await runAt(server.url(templateOf('filled')), `${WITHOUT_STUDIO}${NEIGHBOUR}`);
  await copy(templateOf('filled'), 'differing');
  await runAt(server.url(templateOf('differing')), DIFFERENCE);
}

/** Makes a target of this kind. */
export async function makeTarget(server: KeptPostgres, name: string, kind: Kind): Promise<void> {
  if (kind === 'absent') return;
  await runAt(server.url(), `CREATE DATABASE ${name} TEMPLATE ${templateOf(kind)}`);
}
