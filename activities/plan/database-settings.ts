import type { NextStep } from '../../workflows/domain/next-steps';
import type { Problem, SettingName } from '../../workflows/domain/plan';
import {
  findUnsettable,
  type SettingRights,
  type SettingReason,
} from '../postgres/checks/settings';
import type { Connections } from '../postgres/session/connections';
import { serverRef, targetRef } from '../postgres/database';
import {
  createRolesSql,
  freezes,
  grantSettingSql,
  readDatabaseFacts,
  resetSettingSql,
  shownSettingSql,
  type DatabaseFacts,
  type DatabaseSetting,
} from '../postgres/schema';
import type { TargetView } from './target';

/** What becomes of the settings of the source's database. */
export interface SettingsView {
  readonly leftOutSettings: readonly SettingName[];
  readonly warnings: readonly Problem[];
  readonly nextSteps: readonly NextStep[];
}

/**
 * Asks the target's server which settings of the source's database a new database can have, and names the others with the
 * statements that resolve them. A database that already exists keeps its own settings: what it lacks is named.
 */
export async function viewSettings(
  connections: Connections,
  { identity, before }: TargetView,
  {
    facts,
    createRoles,
  }: { readonly facts: DatabaseFacts; readonly createRoles: readonly string[] },
): Promise<SettingsView> {
  const { connection, database } = identity;
  const wanted = facts.settings.filter((setting) => !freezes(setting));
  const frozen = facts.settings.filter(freezes).map((setting) => frozenWarning(setting));
  if (wanted.length === 0 && before.kind === 'absent')
    return { leftOutSettings: [], warnings: frozen, nextSteps: [] };
  if (before.kind !== 'absent') {
    const databaseRef = targetRef(identity, 'read');
    const own = await connections.with(databaseRef, readDatabaseFacts);
    return {
      leftOutSettings: [],
      warnings: frozen,
      nextSteps: missingSettings(database, wanted, own),
    };
  }
  const asking = await connections.with({ ...serverRef(connection), reuse: false }, (client) =>
    findUnsettable(client, wanted, createRoles),
  );
  const leftOut = wanted.flatMap((setting) => {
    const found = asking.unsettable.find(
      ({ name, role }) => name === setting.name && role === setting.role,
    );
    return found === undefined ? [] : [{ setting, because: found.because }];
  });
  return {
    leftOutSettings: leftOut.map(({ setting: { name, role } }) => ({ name, role })),
    warnings: [
      ...frozen,
      ...leftOut.map(({ setting, because }) =>
        leftOutWarning(setting, because, { asking, database }),
      ),
    ],
    nextSteps: leftOut.map(({ setting, because }) => ({
      statement: shownSettingSql(database, setting),
      reason: `The source's database has the setting ${named(setting)}; the new one is made without it: ${why(because, asking, setting)}.`,
    })),
  };
}

function frozenWarning(setting: DatabaseSetting): Problem {
  return {
    code: 'frozen-source',
    message: `the source's database has the setting ${named(setting)} = ${setting.value}, which freezes it for a move; the new database is created without it, because no session could write there with it`,
  };
}

function leftOutWarning(
  setting: DatabaseSetting,
  because: SettingReason,
  { asking, database }: { readonly asking: SettingRights; readonly database: string },
): Problem {
  const grant = granting(setting, because, asking);
  const before =
    grant === undefined ? '' : `to have it moved, a superuser runs this first: ${grant}; `;
  return {
    code: 'setting-left-out',
    message: `the new database is made without the setting ${named(setting)} of the source's: ${why(because, asking, setting)}; ${before}to set it afterwards: ${shownSettingSql(database, setting)};`,
  };
}

/** The statement that makes the setting movable, if a single one can. */
function granting(
  { name, role }: SettingName,
  because: SettingReason,
  { role: me, canBeGranted }: SettingRights,
): string | undefined {
  if (because === 'privilege' && canBeGranted) return grantSettingSql({ name }, me);
  if (because === 'no-such-role' && role !== undefined) return createRolesSql([role]).join('; ');
  return undefined;
}

function why(
  because: SettingReason,
  { role: me }: SettingRights,
  { role = '' }: SettingName,
): string {
  switch (because) {
    case 'privilege':
      return `on the target's server, role "${me}" may not set it`;
    case 'role-privilege':
      return `on the target's server, role "${me}" may not change role "${role}"`;
    case 'no-such-role':
      return `the target's server has no role "${role}"`;
    case 'unknown':
      return `the target's server has no such setting for a database`;
    case 'refused':
      return `the target's server does not take it`;
  }
}

function named({ name, role }: SettingName): string {
  return role === undefined ? `"${name}"` : `"${name}" of role "${role}"`;
}

function missingSettings(
  database: string,
  wanted: readonly DatabaseSetting[],
  own: DatabaseFacts,
): readonly NextStep[] {
  const missing = wanted.filter(
    ({ name, role, value }) =>
      !own.settings.some((set) => set.name === name && set.role === role && set.value === value),
  );
  const reason =
    "The source's database has this setting; a database that stood before keeps its own.";
  const frozen = own.settings.filter(freezes).map((setting) => ({
    statement: resetSettingSql(database, setting),
    reason: 'With this setting no session can write to the target.',
  }));
  return [
    ...missing.map((setting) => ({ statement: shownSettingSql(database, setting), reason })),
    ...frozen,
  ];
}
