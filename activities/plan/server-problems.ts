import type { Problem } from '../../workflows/domain/plan';
import type { Connections } from '../postgres/connections';
import { hasLocale } from '../postgres/catalog/locales';
import { lockPlace } from '../postgres/maintenance';
import { missingRoles, readDatabaseFacts } from '../postgres/schema';
import type { SourceView } from './source';
import type { TargetView } from './target';

/** Tells what the target's server lacks for the source's schema: roles, and the locale of a new database. */
export async function serverProblems(
  connections: Connections,
  { source, target }: { readonly source: SourceView; readonly target: TargetView },
): Promise<readonly Problem[]> {
  const facts = await connections.with(
    { connection: source.identity.connection, access: 'read' },
    readDatabaseFacts,
  );
  const found = await connections.with(lockPlace(target.identity.connection), async (client) => ({
    roles: await missingRoles(client, [...(source.schema?.roles ?? []), ...facts.roles]),
    locale: target.before.kind !== 'absent' || (await hasLocale(client, facts)),
  }));
  return [
    ...found.roles.map((role) => ({
      code: 'missing-role',
      message: `the target's server has no role "${role}": CREATE ROLE "${role}" NOLOGIN`,
    })),
    ...(found.locale
      ? []
      : [
          {
            code: 'missing-locale',
            message: `the target's server does not offer the source's locale ${facts.collate} (provider ${facts.localeProvider})`,
          },
        ]),
  ];
}
