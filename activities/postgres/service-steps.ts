import type { NextStep } from '../../workflows/domain/next-steps';
import {
  ATTRIBUTE_NAMES,
  ATTRIBUTES,
  mayGive,
  mayGrant,
  type RoleMaker,
} from './checks/role-attributes';
import { ident } from './identifiers';
import {
  freezes,
  SERVICE_ROLES,
  shownSettingSql,
  type RoleFacts,
  type ServiceFacts,
} from './schema';

/** The two sides, and what the run will make of the roles of the target's server. */
export interface ServiceContext {
  readonly source: ServiceFacts;
  /** The target as it will be; of its roles, those that are there now. */
  readonly target: ServiceFacts;
  readonly maker: RoleMaker;
  /** Roles that the run creates, with the settings that the server takes. */
  readonly created: readonly RoleFacts[];
  readonly database: string;
  /** Whether the database is created, and who may connect to it taken from the source. */
  readonly isNew: boolean;
}

const PASSWORD = `'<a password>'`;

/** Everything of the source's roles that the target's server will not have, as statements in their order. */
export function roleSteps(services: ServiceContext): readonly NextStep[] {
  const { source } = services;
  const wanted = source.roles.filter(({ superuser }) => !superuser);
  return [
    ...wanted.flatMap((role) => attributeSteps(role, services)),
    ...wanted.flatMap((role) => settingSteps(role, services)),
    ...wanted.flatMap((role) => membershipSteps(role, services)),
    ...wanted.flatMap((role) => connectSteps(role, services)),
  ];
}

function attributeSteps(role: RoleFacts, services: ServiceContext): readonly NextStep[] {
  const { created, maker } = services;
  const there = roleThere(role.name, services);
  if (there?.superuser === true) return [];
  const isCreated = created.some(({ name }) => name === role.name);
  const login = role.login && there?.login !== true ? [`LOGIN PASSWORD ${PASSWORD}`] : [];
  const attributes = ATTRIBUTE_NAMES.filter(
    (name) => role[name] && there?.[name] !== true && !(isCreated && mayGive(maker, name)),
  ).map((name) => ATTRIBUTES[name]);
  if (there === undefined && !isCreated) {
    const inherit = role.inherit ? [] : ['NOINHERIT'];
    const limit =
      role.connectionLimit < 0 ? [] : [`CONNECTION LIMIT ${String(role.connectionLimit)}`];
    const all = [...login, ...inherit, ...attributes, ...limit];
    const words = all.map((word) => ` ${word}`).join('');
    return [
      {
        statement: `CREATE ROLE ${ident(role.name)}${words}`,
        reason: `The services of the source use role "${role.name}"; the target's server does not have it.`,
      },
    ];
  }
  const differs = there !== undefined && there.inherit !== role.inherit;
  const inherit = differs ? [role.inherit ? 'INHERIT' : 'NOINHERIT'] : [];
  const limit =
    there !== undefined && there.connectionLimit !== role.connectionLimit
      ? [`CONNECTION LIMIT ${String(role.connectionLimit)}`]
      : [];
  return [...login, ...attributes, ...inherit, ...limit].map((word) => ({
    statement: `ALTER ROLE ${ident(role.name)} ${word}`,
    reason: word.startsWith('LOGIN')
      ? `Role "${role.name}" logs in at the source's server. Passwords are never moved.`
      : `Role "${role.name}" has this at the source's server.`,
  }));
}

function settingSteps(role: RoleFacts, services: ServiceContext): readonly NextStep[] {
  const there =
    services.created.find(({ name }) => name === role.name) ?? roleThere(role.name, services);
  return role.settings
    .filter((setting) => !freezes(setting))
    .filter(
      ({ name, value }) =>
        there?.settings.some((one) => one.name === name && one.value === value) !== true,
    )
    .map((setting) => ({
      statement: shownSettingSql(undefined, { ...setting, role: role.name }),
      reason: `Role "${role.name}" has this setting at the source's server.`,
    }));
}

function membershipSteps(role: RoleFacts, services: ServiceContext): readonly NextStep[] {
  const { source, created, maker } = services;
  const names = created.map(({ name }) => name);
  const exists = (name: string): boolean =>
    names.includes(name) || roleThere(name, services) !== undefined;
  const isSuperuser = (name: string): boolean =>
    roleThere(name, services)?.superuser === true ||
    source.roles.some((one) => one.name === name && one.superuser);
  return role.memberOf
    .filter(({ role: of }) => !isSuperuser(of))
    .filter(({ role: of }) => {
      if (roleThere(role.name, services)?.memberOf.some((one) => one.role === of) === true)
        return false;
      const isOurs = names.includes(role.name) || names.includes(of);
      const isMade = exists(role.name) && exists(of) && isOurs && mayGrant(maker, of, names);
      return !isMade;
    })
    .map(({ role: of, admin }) => ({
      statement: `GRANT ${ident(of)} TO ${ident(role.name)}${admin ? ' WITH ADMIN OPTION' : ''}`,
      reason: `Role "${role.name}" is a member of "${of}" at the source's server.`,
    }));
}

/** A source that was frozen by taking the right to connect away hands that on. */
function connectSteps(role: RoleFacts, { database, isNew }: ServiceContext): readonly NextStep[] {
  if (!isNew || role.connects || !role.login || !SERVICE_ROLES.includes(role.name)) return [];
  return [
    {
      statement: `GRANT CONNECT ON DATABASE ${ident(database)} TO ${ident(role.name)}`,
      reason: `Role "${role.name}" may not connect to the source's database, and so not to the new one either.`,
    },
  ];
}

function roleThere(name: string, { target }: ServiceContext): RoleFacts | undefined {
  return target.roles.find((one) => one.name === name);
}

/** What of the source's database, besides its schemas and settings, the target will not have. */
export function databaseSteps(
  { source, target, database }: ServiceContext,
  {
    needed,
    offered,
  }: { readonly needed: readonly string[]; readonly offered: (name: string) => boolean },
): readonly NextStep[] {
  const name = ident(database);
  const has = (of: 'publicGrants' | 'defaultPrivileges', line: string): boolean =>
    target[of].includes(line);
  const extensions = source.extensions.filter(
    (one) =>
      !needed.includes(one.name) && !target.extensions.some((there) => there.name === one.name),
  );
  return [
    ...(source.owner === target.owner
      ? []
      : [
          {
            statement: `ALTER DATABASE ${name} OWNER TO ${ident(source.owner)}`,
            reason: `The source's database belongs to "${source.owner}", this one to "${target.owner}".`,
          },
        ]),
    ...(source.connectionLimit === target.connectionLimit
      ? []
      : [
          {
            statement: `ALTER DATABASE ${name} CONNECTION LIMIT ${String(source.connectionLimit)}`,
            reason: "The source's database has this limit. One project may need less of it.",
          },
        ]),
    ...extensions.map((one) => extensionStep(one, offered(one.name))),
    ...source.publicGrants
      .filter((line) => !has('publicGrants', line))
      .map((line) => ({
        statement: `GRANT ${line}`,
        reason: 'The schema public has this in the source. It does not move, and is not touched.',
      })),
    ...source.defaultPrivileges
      .filter((line) => !has('defaultPrivileges', line))
      .map((line) => ({
        statement: line,
        reason: 'What is created in the schema public of the source gets these rights.',
      })),
  ];
}

function extensionStep(
  { name, schema }: ServiceFacts['extensions'][number],
  isOffered: boolean,
): NextStep {
  const why = `The source has extension "${name}"; nothing that moves needs it, but a service may.`;
  if (!isOffered) {
    return {
      action: `Install the package of extension "${name}" on the target's server, and create it there in schema "${schema}".`,
      reason: why,
    };
  }
  const builtIn = ['public', 'pg_catalog'].includes(schema);
  const first = builtIn ? '' : `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}; `;
  return {
    statement: `${first}CREATE EXTENSION IF NOT EXISTS ${ident(name)} SCHEMA ${ident(schema)}`,
    reason: `${why} Run it in the new database.`,
  };
}
