import type { NextStep } from '../../workflows/domain/next-steps';
import type { Problem } from '../../workflows/domain/plan';
import { readRoleMaker, settableRoles, type RoleMaker } from '../postgres/checks/role-attributes';
import type { Connections } from '../postgres/session/connections';
import { serverRef, targetRef } from '../postgres/database';
import {
  freezes,
  missingExtensions,
  readServiceFacts,
  type RoleFacts,
  type ServiceFacts,
} from '../postgres/schema';
import type { Needs } from './server';
import { databaseSteps, roleSteps } from '../postgres/service-steps';
import type { TargetView } from './target';
import type { Release } from '../postgres/catalog/releases';

/** What was found of the services' needs. */
export interface ServicesView {
  readonly nextSteps: readonly NextStep[];
  readonly warnings: readonly Problem[];
}

/** More steps than this are counted, not named: a report goes through Temporal. */
const MOST = 100;

/**
 * Names what a service needs to start on the target and will not find there: of roles, of the database and of its
 * schema `public`.
 */
export async function viewServices(
  connections: Connections,
  { identity, before }: TargetView,
  { needs, createRoles }: { readonly needs: Needs; readonly createRoles: readonly string[] },
): Promise<ServicesView> {
  const source = needs.facts.service;
  if (source === undefined) return { nextSteps: [], warnings: [] };
  const names = source.roles.map(({ name }) => name);
  const isNew = before.kind === 'absent';
  const databaseRef = isNew ? serverRef(identity.connection) : targetRef(identity, 'read');
  const wanted = source.roles.filter(({ name }) => createRoles.includes(name));
  // Only a session that no library was loaded into may be used again.
  const fresh = wanted.length === 0 ? {} : { reuse: false };
  const seen = await connections.with({ ...databaseRef, ...fresh }, async (client) => ({
    maker: await readRoleMaker(client),
    facts: await readServiceFacts(client, names),
    unknown: await missingExtensions(client, versioned(source)),
    created: await settableRoles(client, wanted),
  }));
  const services = {
    ...{ source, maker: seen.maker, created: seen.created, database: identity.database, isNew },
    target: isNew ? freshDatabase(seen.facts, seen.maker) : seen.facts,
  };
  const needed = needs.extensions.map(({ name }) => name);
  const offered = (name: string): boolean => !seen.unknown.includes(name);
  const steps = [...roleSteps(services), ...databaseSteps(services, { needed, offered })];
  return { nextSteps: bounded(steps), warnings: wanted.flatMap(frozenWarnings) };
}

/** A role that was frozen for the move is created without that setting. */
function frozenWarnings({ name, settings }: RoleFacts): readonly Problem[] {
  return settings.filter(freezes).map((setting) => ({
    code: 'frozen-source',
    message: `at the source's server, role "${name}" has the setting "${setting.name}" = ${setting.value}, which freezes the role for a move; the target's role is created without this setting, so that it can write there`,
  }));
}

function versioned(source: ServiceFacts): Parameters<typeof missingExtensions>[1] {
  return source.extensions.map((one) => ({ ...one, version: '' }));
}

/** What CREATE DATABASE makes from `template0`. */
function freshDatabase(server: ServiceFacts, { name, version }: RoleMaker): ServiceFacts {
  return {
    owner: name,
    connectionLimit: -1,
    publicGrants: [
      version >= 150000
        ? 'USAGE ON SCHEMA public TO PUBLIC'
        : 'CREATE, USAGE ON SCHEMA public TO PUBLIC',
    ],
    defaultPrivileges: [],
    extensions: [{ name: 'plpgsql', schema: 'pg_catalog' }],
    roles: server.roles,
  };
}

function bounded(steps: readonly NextStep[]): readonly NextStep[] {
  if (steps.length <= MOST) return steps;
  return [
    ...steps.slice(0, MOST),
    {
      action: `Compare the roles and the schema public of both servers: there are ${String(steps.length - MOST)} more differences.`,
      reason: 'Only the first of them are named.',
    },
  ];
}

/** Warns of lists of migrations that would make a stock Auth begin again (`migrations-list`). */
export function releaseWarnings(releases: readonly Release[]): readonly Problem[] {
  return releases.flatMap(({ service, list, isListed, newest }) => {
    if (service !== 'Auth' || newest !== undefined) return [];
    const what = isListed ? `${list} is empty` : `the source has no ${list}`;
    return [
      {
        code: 'migrations-list',
        message: `${what}: a stock Auth that starts on the target would run all its migrations again and fail; in the source, add to the list the migrations that its Auth has run`,
      },
    ];
  });
}
