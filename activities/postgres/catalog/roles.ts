import type { Client } from 'pg';
import { DatabaseError } from 'pg';
import { z } from 'zod';
import { applySettings } from '../database-settings';
import {
  ATTRIBUTE_NAMES,
  ATTRIBUTES,
  mayGive,
  mayGrant,
  readRoleMaker,
  type RoleMaker,
} from '../checks/role-attributes';
import { ident, literal } from '../identifiers';
import { createRolesSql, type RoleFacts } from '../schema';
import { transaction } from '../session/transaction';

const who = z.object({ superuser: z.boolean(), modern: z.boolean() });

/** `dependent_objects_still_exist`: the role has come to be used elsewhere. */
const STILL_USED = '2BP01';

/**
 * Creates roles that the server lacks, without login and without a password, and notes on each which run made it.
 * They get what the source's have, as far as the session's role may give it: attributes, settings, memberships.
 */
export async function createRoles(
  client: Client,
  { roles, facts, runId }: RolesToCreate,
): Promise<void> {
  const maker = await readRoleMaker(client);
  for (const role of roles) {
    const known = facts.find(({ name }) => name === role);
    await transaction(client, 'write', async () => {
      if (await exists(client, role)) return;
      const words = known === undefined ? [] : attributeWords(known, maker);
      for (const statement of createRolesSql([role]))
        await client.query([statement, ...words].join(' '));
      await mayOwnAs(client, role);
      await client.query(`COMMENT ON ROLE ${ident(role)} IS ${literal(noteOf(runId))}`);
      const settings = (known?.settings ?? []).map((setting) => ({ ...setting, role }));
      await applySettings(client, undefined, settings);
    });
  }
  const own = await ownRoles(client, roles, runId);
  for (const { name, memberOf } of facts)
    for (const { role, admin } of memberOf) {
      const isOurs = own.includes(name) || own.includes(role);
      if (!isOurs || !mayGrant(maker, role, own)) continue;
      if (!(await exists(client, name)) || !(await exists(client, role))) continue;
      const option = admin ? ' WITH ADMIN OPTION' : '';
      await client.query(`GRANT ${ident(role)} TO ${ident(name)}${option}`);
    }
}

/** Roles that a run creates, and what the source has of these and of the roles that have to do with them. */
export interface RolesToCreate {
  readonly roles: readonly string[];
  readonly facts: readonly RoleFacts[];
  readonly runId: string;
}

function attributeWords(role: RoleFacts, maker: RoleMaker): readonly string[] {
  const given = ATTRIBUTE_NAMES.filter((name) => role[name] && mayGive(maker, name));
  return [
    role.inherit ? 'INHERIT' : 'NOINHERIT',
    ...given.map((name) => ATTRIBUTES[name]),
    ...(role.connectionLimit < 0 ? [] : [`CONNECTION LIMIT ${String(role.connectionLimit)}`]),
  ];
}

/**
 * Drops those of the roles that the run made, by the note they carry, and says which had come to be
 * used by others meanwhile and therefore stay.
 */
export async function dropOwnRoles(
  client: Client,
  roles: readonly string[],
  runId: string,
): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const role of roles) {
    if (!(await isOwn(client, role, runId))) continue;
    try {
      await client.query(`DROP ROLE ${ident(role)}`);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== STILL_USED) throw error;
      kept.push(role);
    }
  }
  return kept;
}

/** Which of the roles the run made, by the note they carry. */
export async function ownRoles(
  client: Client,
  roles: readonly string[],
  runId: string,
): Promise<readonly string[]> {
  const own: string[] = [];
  for (const role of roles) if (await isOwn(client, role, runId)) own.push(role);
  return own;
}

/** Who made a role is not its member by itself, and could not hand objects to it. */
async function mayOwnAs(client: Client, role: string): Promise<void> {
  const found = await client.query(
    `SELECT rolsuper AS superuser, current_setting('server_version_num')::int >= 160000 AS modern
       FROM pg_roles WHERE rolname = current_user`,
  );
  const { superuser, modern } = who.parse(found.rows[0]);
  if (superuser) return;
  const options = modern ? ' WITH INHERIT TRUE, SET TRUE' : '';
  await client.query(`GRANT ${ident(role)} TO CURRENT_USER${options}`);
}

function noteOf(runId: string): string {
  return `created by moveout, run ${runId}`;
}

async function exists(client: Client, role: string): Promise<boolean> {
  const result = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  return result.rowCount === 1;
}

async function isOwn(client: Client, role: string, runId: string): Promise<boolean> {
  const result = await client.query(
    `SELECT FROM pg_roles WHERE rolname = $1 AND shobj_description(oid, 'pg_authid') = $2`,
    [role, noteOf(runId)],
  );
  return result.rowCount === 1;
}
