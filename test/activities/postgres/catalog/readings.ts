import { Client } from 'pg';
import { z } from 'zod';
import {
  readCatalogFingerprint,
  readCatalogVersion,
} from '../../../../activities/postgres/catalog/fingerprint';
import { pinStatement } from '../../../../activities/postgres/session/settings';
import { until } from '../../../support/until';
import { urlOf } from '../schema/databases';

/** Gives `use` a session of the database that is set as those of moveout are. */
export async function inside<T>(database: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(urlOf(database));
  await client.connect();
  try {
    await client.query(pinStatement({ access: 'read' }));
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The checksum of a database's catalog by its content, read in a session of its own. */
export function stamp(database: string): Promise<string> {
  return inside(database, readCatalogFingerprint);
}

/** The checksum of a database's catalog by the versions of its rows. */
export async function stampOfVersions(database: string): Promise<string> {
  return (await inside(database, readCatalogVersion)).checksum;
}

/** What `use` gives where no other test made or dropped a role meanwhile: every checksum covers the roles. */
export function whileRolesRest<T>(use: () => Promise<T>): Promise<T> {
  return until('readings while the roles rest', async () => {
    const before = await inside('postgres', readRoles);
    const result = await use();
    return (await inside('postgres', readRoles)) === before ? result : undefined;
  });
}

/** How many different readings two databases give at one state of the roles. */
export function distinct(
  read: (database: string) => Promise<string>,
  one: string,
  other: string,
): Promise<number> {
  return whileRolesRest(async () => new Set([await read(one), await read(other)]).size);
}

async function readRoles(client: Client): Promise<string> {
  const result = await client.query(
    `SELECT md5(concat((SELECT string_agg(r::text, ' ' ORDER BY oid) FROM pg_roles AS r),
                       (SELECT string_agg(m::text, ' ' ORDER BY m) FROM pg_auth_members AS m))) AS roles`,
  );
  return z.object({ roles: z.string() }).parse(result.rows[0]).roles;
}
