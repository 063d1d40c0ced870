import type { Problem } from '../../workflows/domain/plan';
import { hasLocale } from '../postgres/catalog/locales';
import type { Connections } from '../postgres/connections';
import { lockPlace } from '../postgres/maintenance';
import { missingRoles, type DatabaseFacts } from '../postgres/schema';
import type { TargetView } from './target';

/** What a target's server must offer: the roles that are named, and what a new database is created with. */
export interface Needs {
  readonly facts: DatabaseFacts;
  /** Roles that the schema names, beside those of the database's own grants. */
  readonly roles: readonly string[];
}

/** Tells what the target's server lacks: roles, and the locale of a database that is to be created. */
export async function serverProblems(
  connections: Connections,
  target: TargetView,
  { facts, roles }: Needs,
): Promise<readonly Problem[]> {
  const found = await connections.with(lockPlace(target.identity.connection), async (client) => ({
    missing: await missingRoles(client, [...roles, ...facts.roles]),
    offered: target.before.kind !== 'absent' || (await hasLocale(client, facts)),
  }));
  const locale = `the target's server does not offer the source's locale ${facts.collate} (provider ${facts.localeProvider})`;
  return [
    ...found.missing.map((role) => ({
      code: 'missing-role',
      message: `the target's server has no role "${role}": CREATE ROLE "${role}" NOLOGIN`,
    })),
    ...(found.offered ? [] : [{ code: 'missing-locale', message: locale }]),
  ];
}
