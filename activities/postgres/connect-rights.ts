import type { Client } from 'pg';
import { z } from 'zod';
import { ident } from './identifiers';

const right = z.object({
  /** `null` stands for everyone (PUBLIC). */
  grantee: z.string().nullable(),
  grantable: z.boolean(),
});

/** That a role, besides the owner of the database, may connect to it. */
export type ConnectRight = Readonly<z.infer<typeof right>>;

export const connectRights = z.array(right);

const present = z.object({ database: z.string(), isOwner: z.boolean(), rights: connectRights });

/** Rights that other roles than the owner have granted cannot be given back by the owner: they are left alone. */
const PRESENT = `
  SELECT d.datname AS database, me.rolsuper OR pg_has_role(d.datdba, 'USAGE') AS "isOwner",
         coalesce((SELECT json_agg(json_build_object('grantee', r.rolname, 'grantable', e.is_grantable)
                                   ORDER BY r.rolname NULLS FIRST)
                     FROM aclexplode(acl) AS e LEFT JOIN pg_roles r ON r.oid = e.grantee
                    WHERE e.privilege_type = 'CONNECT' AND e.grantee <> d.datdba AND e.grantor = d.datdba
                      AND NOT EXISTS (SELECT FROM aclexplode(acl) AS o
                                       WHERE o.grantor = e.grantee AND o.privilege_type = 'CONNECT')), '[]') AS rights
    FROM pg_database d, pg_roles me, coalesce(d.datacl, acldefault('d', d.datdba)) AS acl
   WHERE d.datname = current_database() AND me.rolname = current_user`;

/** Who may connect to the session's database by a grant of its owner. */
export async function readConnectRights(client: Client): Promise<readonly ConnectRight[]> {
  return (await read(client)).rights;
}

/** Whether the session's role may take and give rights on the session's database, as its owner or a superuser. */
export async function mayClose(client: Client): Promise<boolean> {
  return (await read(client)).isOwner;
}

/**
 * Takes from everyone but the owner the right to connect to the session's database, in the caller's
 * transaction, and says what was taken. Whoever is connected stays. Takes nothing if the session's role is not
 * the owner's, or could not connect any more itself.
 */
export async function closeToClients(client: Client): Promise<readonly ConnectRight[]> {
  const { database, isOwner, rights } = await read(client);
  if (!isOwner || rights.length === 0) return [];
  for (const { grantee } of rights)
    await client.query(`REVOKE CONNECT ON DATABASE ${ident(database)} FROM ${named(grantee)}`);
  const { rows } = await client.query(
    `SELECT has_database_privilege(current_database(), 'CONNECT') AS connects`,
  );
  const { connects } = z.object({ connects: z.boolean() }).parse(rows[0]);
  if (connects) return rights;
  await openToClients(client, rights);
  return [];
}

/** Gives rights back that `closeToClients` has taken, in the caller's transaction. */
export async function openToClients(
  client: Client,
  rights: readonly ConnectRight[],
): Promise<void> {
  const { database } = await read(client);
  for (const { grantee, grantable } of rights) {
    const option = grantable ? ' WITH GRANT OPTION' : '';
    await client.query(
      `GRANT CONNECT ON DATABASE ${ident(database)} TO ${named(grantee)}${option}`,
    );
  }
}

/** Each right in one word or two, for comparing. */
export function spelled({ grantee, grantable }: ConnectRight): string {
  return `${named(grantee)}${grantable ? ' with grant option' : ''}`;
}

async function read(client: Client): Promise<z.infer<typeof present>> {
  return present.parse((await client.query(PRESENT)).rows[0]);
}

function named(grantee: string | null): string {
  return grantee === null ? 'PUBLIC' : ident(grantee);
}
