import type { Client } from 'pg';
import { NO_KEYS, readKeySets, type KeyRule, type KeySet } from './keys';
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
  const [
    instanceRows = NO_KEYS,
    identityProviders = NO_KEYS,
    oauthClients = NO_KEYS,
    flowStates = NO_KEYS,
  ] = await readKeySets(client, [
    {
      type: 'uuid',
      statement: `SELECT DISTINCT x.instance_id AS id FROM auth.users AS x
        WHERE x.instance_id IS NOT NULL AND ${users.has('x.id')}`,
    },
    {
      type: 'text',
      statement: `SELECT DISTINCT x.provider AS id FROM auth.identities AS x
        WHERE (starts_with(x.provider, 'sso:') OR starts_with(x.provider, 'custom:'))
          AND ${users.has('x.user_id')}`,
    },
    clientsRule(users, exists),
    flowStatesRule(users, exists),
  ]);
  return { instanceRows, identityProviders, oauthClients, flowStates };
}

function clientsRule(users: KeySet, exists: Exists): KeyRule | undefined {
  const found = CLIENT_COLUMNS.filter(([table, column]) => exists(table, column)).map(
    ([table, column]) =>
      `SELECT x.${column} AS id FROM ${table} AS x
        WHERE x.${column} IS NOT NULL AND ${users.has('x.user_id')}`,
  );
  return found.length === 0 ? undefined : { type: 'uuid', statement: found.join(' UNION ') };
}

function flowStatesRule(users: KeySet, exists: Exists): KeyRule | undefined {
  if (!exists('auth.flow_state')) return undefined;
  const linking = exists('auth.flow_state', 'linking_target_id')
    ? ` OR ${users.has('x.linking_target_id')}`
    : '';
  const statement = `SELECT x.id FROM auth.flow_state AS x WHERE ${users.has('x.user_id')}${linking}`;
  return { type: 'uuid', statement };
}
