import type { Client } from 'pg';
import { NO_KEYS, readKeys, type KeySet } from './keys';
import type { ProjectKeys } from './predicates';

type Exists = ProjectKeys['exists'];

/** The keys that a project's rows name in tables which have no key of the project. */
export type SharedKeys = Pick<
  ProjectKeys,
  'instanceRows' | 'identityProviders' | 'oauthClients' | 'flowStates'
>;

/** The columns that name an OAuth client for a user. */
const CLIENT_COLUMNS = [
  ['auth.oauth_consents', 'client_id'],
  ['auth.sessions', 'oauth_client_id'],
  ['auth.oauth_authorizations', 'client_id'],
] as const;

/** Finds which shared rows the project's users use. Each is found once, since the tables are large. */
export async function readSharedKeys(
  client: Client,
  users: KeySet,
  exists: Exists,
): Promise<SharedKeys> {
  return {
    instanceRows: await readKeys(client, {
      type: 'uuid',
      statement: `SELECT DISTINCT x.instance_id AS id FROM auth.users AS x
        WHERE x.instance_id IS NOT NULL AND ${users.has('x.id')}`,
    }),
    identityProviders: await readKeys(client, {
      type: 'text',
      statement: `SELECT DISTINCT x.provider AS id FROM auth.identities AS x
        WHERE (starts_with(x.provider, 'sso:') OR starts_with(x.provider, 'custom:'))
          AND ${users.has('x.user_id')}`,
    }),
    oauthClients: await oauthClients(client, users, exists),
    flowStates: await flowStates(client, users, exists),
  };
}

async function oauthClients(client: Client, users: KeySet, exists: Exists): Promise<KeySet> {
  const found = CLIENT_COLUMNS.filter(([table, column]) => exists(table, column)).map(
    ([table, column]) =>
      `SELECT x.${column} AS id FROM ${table} AS x
        WHERE x.${column} IS NOT NULL AND ${users.has('x.user_id')}`,
  );
  if (found.length === 0) return NO_KEYS;
  return readKeys(client, {
    type: 'uuid',
    statement: found.join(' UNION '),
  });
}

async function flowStates(client: Client, users: KeySet, exists: Exists): Promise<KeySet> {
  if (!exists('auth.flow_state')) return NO_KEYS;
  const linking = exists('auth.flow_state', 'linking_target_id')
    ? ` OR ${users.has('x.linking_target_id')}`
    : '';
  const statement = `SELECT x.id FROM auth.flow_state AS x WHERE ${users.has('x.user_id')}${linking}`;
  return readKeys(client, { type: 'uuid', statement });
}
