import type { Client } from 'pg';
import { DatabaseError } from 'pg';
import { z } from 'zod';
import type { SettingName } from '../../../workflows/domain/plan';
import { literal } from '../identifiers';
import { isCustom, listedIn, type DatabaseSetting } from '../schema';

/** Why a setting cannot be set on a server by the session's role. */
export type SettingReason =
  | 'privilege' // the parameter takes a superuser, or a right that is granted for it
  | 'role-privilege' // the role that it is for is not the session's to change
  | 'no-such-role'
  | 'unknown' // the server has no such parameter for a database
  | 'refused'; // the server does not take the value, or cannot be asked about it

export interface Unsettable extends SettingName {
  readonly because: SettingReason;
}

/** Who asks, on which server. */
export interface SettingRights {
  readonly role: string;
  /** Whether rights on single parameters can be granted: PostgreSQL 15 and newer. */
  readonly canBeGranted: boolean;
  readonly unsettable: readonly Unsettable[];
}

/**
 * Finds the settings that the session's role could not give to a database of its own on this server. Values
 * are tried in read-only transactions that are rolled back, those of custom settings never: they may be
 * secrets. Libraries are loaded to try them, so the session must be used for nothing else.
 */
export async function findUnsettable(
  client: Client,
  settings: readonly DatabaseSetting[],
  rolesToCreate: readonly string[],
): Promise<SettingRights> {
  const me = meRow.parse((await client.query(ME)).rows[0]);
  const parameters = await readParameters(client, me, settings);
  const roles = await readRoles(client, settings);
  const unsettable: Unsettable[] = [];
  for (const setting of settings) {
    const { name, role } = setting;
    const because =
      roleReason(me, role, rolesToCreate.includes(role ?? '') ? 'ours' : roles.get(role ?? '')) ??
      parameterReason(setting, parameters.get(name)) ??
      (await trialReason(client, setting, { me, parameter: parameters.get(name) }));
    if (because !== undefined)
      unsettable.push({ name, ...(role !== undefined && { role }), because });
  }
  return { role: me.role, canBeGranted: me.version >= 150000, unsettable };
}

const meRow = z.object({
  role: z.string(),
  superuser: z.boolean(),
  createrole: z.boolean(),
  version: z.number(),
});
type Me = z.infer<typeof meRow>;

const ME = `SELECT rolname::text AS role, rolsuper AS superuser, rolcreaterole AS createrole,
                   current_setting('server_version_num')::int AS version
              FROM pg_roles WHERE rolname = current_user`;

const parameterRow = z.object({
  name: z.string(),
  /** As pg_settings has it; NULL if it is not in that list. */
  context: z.string().nullable(),
  granted: z.boolean(),
});
type Parameter = z.infer<typeof parameterRow>;

async function readParameters(
  client: Client,
  { superuser, version }: Me,
  settings: readonly DatabaseSetting[],
): Promise<ReadonlyMap<string, Parameter>> {
  const granted = version >= 150000 ? `has_parameter_privilege(w.name, 'SET')` : String(superuser);
  const result = await client.query(
    `SELECT w.name, s.context, ${granted} AS granted
       FROM (SELECT DISTINCT name FROM unnest($1::text[]) AS u (name)) AS w
       LEFT JOIN pg_settings s ON lower(s.name) = lower(w.name)`,
    [settings.map(({ name }) => name)],
  );
  return new Map(
    z
      .array(parameterRow)
      .parse(result.rows)
      .map((row) => [row.name, row]),
  );
}

const roleRow = z.object({ name: z.string(), superuser: z.boolean(), administered: z.boolean() });
type Role = z.infer<typeof roleRow> | 'ours';

async function readRoles(
  client: Client,
  settings: readonly DatabaseSetting[],
): Promise<ReadonlyMap<string, Role>> {
  const result = await client.query(
    `SELECT rolname::text AS name, rolsuper AS superuser,
            pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') AS administered
       FROM pg_roles WHERE rolname = ANY ($1)`,
    [settings.flatMap(({ role }) => (role === undefined ? [] : [role]))],
  );
  return new Map(
    z
      .array(roleRow)
      .parse(result.rows)
      .map((row) => [row.name, row]),
  );
}

function roleReason(
  me: Me,
  name: string | undefined,
  role: Role | undefined,
): SettingReason | undefined {
  if (name === undefined || role === 'ours') return undefined;
  if (role === undefined) return 'no-such-role';
  if (me.superuser || name === me.role) return undefined;
  const mayChange = me.createrole && !role.superuser && (me.version < 160000 || role.administered);
  return mayChange ? undefined : 'role-privilege';
}

/** Parameters that pg_settings does not list, or not for everyone. */
const UNLISTED: Readonly<Record<string, string>> = {
  role: 'user',
  session_authorization: 'user',
  session_preload_libraries: 'superuser',
  dynamic_library_path: 'superuser',
  extension_control_path: 'superuser',
};

/** A parameter that no one has defined yet may turn out to be one of a superuser, so it is treated as such. */
function parameterReason(
  { name }: DatabaseSetting,
  parameter: Parameter | undefined,
): SettingReason | undefined {
  const unlisted = isCustom(name) ? 'superuser' : UNLISTED[name.toLowerCase()];
  const context = parameter?.context ?? unlisted ?? '';
  if (['user', 'backend'].includes(context)) return undefined;
  if (!['superuser', 'superuser-backend'].includes(context)) return 'unknown';
  return parameter?.granted === true ? undefined : 'privilege';
}

/** What ALTER DATABASE takes though nothing of that name exists, while SET refuses it; and what ends sessions. */
const NOT_TRIED =
  /^(default_tablespace|temp_tablespaces|default_table_access_method|default_text_search_config|role|session_authorization|.*_timeout)$/;

interface Trial {
  readonly me: Me;
  readonly parameter: Parameter | undefined;
}

async function trialReason(
  client: Client,
  { name, value }: DatabaseSetting,
  { me, parameter }: Trial,
): Promise<SettingReason | undefined> {
  const known = name.toLowerCase();
  if (NOT_TRIED.test(known)) return undefined;
  if (known === 'session_preload_libraries' || known === 'local_preload_libraries')
    return loadReason(client, me, known === 'local_preload_libraries', listedIn(value));
  const context = parameter?.context;
  if (context === 'backend' || context === 'superuser-backend') return undefined;
  const tried = context == null && isCustom(name) ? '' : value;
  // One message: nothing that is tried may change what the next one means.
  const isTaken = await passes(
    client,
    `BEGIN READ ONLY; SELECT set_config(${literal(name)}, ${literal(tried)}, true) IS NULL; ROLLBACK`,
  );
  return isTaken ? undefined : 'refused';
}

/** No session could be opened any more in a database that names a library which is not there. */
async function loadReason(
  client: Client,
  { superuser }: Me,
  isLocal: boolean,
  libraries: readonly string[],
): Promise<SettingReason | undefined> {
  if (!superuser && !isLocal && libraries.length > 0) return 'refused';
  for (const library of libraries) {
    const file = isLocal && !library.includes('/') ? `$libdir/plugins/${library}` : library;
    if (!(await passes(client, `LOAD ${literal(file)}`))) return 'refused';
  }
  return undefined;
}

/** Whether the server takes a message; what it raises about a connection or itself is thrown. */
async function passes(client: Client, message: string): Promise<boolean> {
  try {
    await client.query(message);
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || !REFUSING.test(error.code ?? '')) throw error;
    await client.query('ROLLBACK');
    return false;
  }
}

/** Classes of SQLSTATEs by which a value, a name, a right or a library is refused. */
const REFUSING = /^(0A|22|25|42|55|58P01|XX000)/;
