import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { types } from 'node:util';
import { parse as parseYaml, YAMLError } from 'yaml';
import type { Settings } from '../workflows/domain/settings';
import { urlFault } from '../activities/postgres/url-fault';
import { configSchema, type ConfigFile } from './config-schema';
import { ConfigError, issueLines } from './config-error';

/** The file that is read when neither a flag nor `MOVEOUT_CONFIG` names another. */
const CONFIG_FILE = 'moveout.config.yaml';

/** What flags may say over the file. */
export interface Overrides {
  readonly config?: string | undefined;
  /** Stands for the source, and for the target's server unless the file sets one. */
  readonly connectionString?: string | undefined;
  readonly backupDirectory?: string | undefined;
}

/** A configuration that was checked: settings without a secret, and a way from names to URLs. */
export interface Configuration {
  readonly settings: Settings;
  readonly resolveUrl: (connection: string) => string;
}

const FLAG = 'command-line';
const DEFAULT_SOURCE = 'shared';
const DEFAULT_ENV = 'MOVEOUT_SOURCE_URL';
const HOST = 'MOVEOUT_HOST_ID';

/**
 * Reads the configuration: flags over the file, the file over what stands without one. Throws one
 * `ConfigError` that lists everything wrong.
 */
export function loadConfiguration(
  environment: Readonly<NodeJS.ProcessEnv>,
  overrides: Overrides = {},
): Configuration {
  const { file, base } = readConfigFile(environment, overrides);
  const names = connectionNames(file, overrides);
  const directory = overrides.backupDirectory ?? resolve(base, file.backup.directory);
  const urls = new Map(Object.entries(file.connections).map(([name, { env }]) => [name, env]));
  if (urls.size === 0) urls.set(DEFAULT_SOURCE, DEFAULT_ENV);
  const resolveUrl = (connection: string): string => {
    if (connection === FLAG && overrides.connectionString !== undefined)
      return overrides.connectionString;
    const variable = urls.get(connection);
    if (variable === undefined)
      throw new ConfigError(`connection "${connection}" is not configured`);
    const url = environment[variable];
    if (url !== undefined && url !== '') return url;
    throw new ConfigError(
      `connection "${connection}": the environment variable ${variable} is not set; it must hold a URL such as postgresql://user:password@host:5432/postgres`,
    );
  };
  const connections = factsOf(file, urls, overrides);
  assertResolvable([names.source, names.target, ...namedByProjects(file)], resolveUrl);
  return {
    settings: {
      ...names,
      connections,
      tenancy: file.tenancy,
      scopes: scopesOf(file),
      createRoles: file.createRoles,
      projects: projectsOf(file),
      backup: {
        directory: resolve(directory),
        format: file.backup.format,
        host: hostIn(environment),
      },
      timing: file.timing,
      fleet: file.fleet,
    },
    resolveUrl,
  };
}

/** What is known of the connections beside their URLs. */
function factsOf(
  file: ConfigFile,
  variables: ReadonlyMap<string, string>,
  { connectionString }: Overrides,
): Settings['connections'] {
  const facts = [...variables].map(([name, from]) => {
    const { maintenanceDatabase } = file.connections[name] ?? {};
    return [name, { from, maintenanceDatabase }] as const;
  });
  const flag = connectionString === undefined ? {} : { [FLAG]: { from: '--connection-string' } };
  return { ...Object.fromEntries(facts), ...flag };
}

/** What a new backup directory's host is called. */
function hostIn(environment: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const name = environment[HOST] ?? '';
  if (name === '') return undefined;
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) return name;
  throw new ConfigError(
    `${HOST}: "${name}" must begin with a letter or a digit, and hold no more than 63 of these, "_", "." and "-"`,
  );
}

function scopesOf({
  tables,
  columns,
  carry,
  ephemeral,
  normalizeNullTokens,
}: ConfigFile): Settings['scopes'] {
  return { tables, columns, carry, ephemeral, normalizeNullTokens };
}

function projectsOf({ projects }: ConfigFile): Settings['projects'] {
  if (projects?.list !== undefined) return { list: projects.list };
  return projects?.query === undefined ? undefined : { query: projects.query };
}

function connectionNames(
  file: ConfigFile,
  overrides: Overrides,
): { source: string; target: string } {
  const fallback = Object.keys(file.connections)[0] ?? DEFAULT_SOURCE;
  const source = overrides.connectionString === undefined ? (file.source ?? fallback) : FLAG;
  const isUnknown = (name: string | undefined): name is string =>
    name !== undefined && file.connections[name] === undefined;
  const ofProjects = (file.projects?.list ?? []).flatMap((project, index) =>
    (['source', 'target'] as const)
      .filter((field) => isUnknown(project[field]))
      .map((field) => `projects.list.${index}.${field}: "${project[field] ?? ''}"`),
  );
  const problems = [
    ...[file.source, file.target].filter(isUnknown).map((name) => `"${name}"`),
    ...ofProjects,
  ].map((words) => `${words} is not among the connections`);
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return { source, target: file.target ?? source };
}

/** The connections of listed projects that have their own. */
function namedByProjects({ projects }: ConfigFile): readonly string[] {
  return (projects?.list ?? [])
    .flatMap(({ source, target }) => [source, target])
    .filter((name) => name !== undefined);
}

function assertResolvable(names: readonly string[], resolveUrl: (name: string) => string): void {
  const problems = [...new Set(names)].flatMap((name) => problemOf(name, resolveUrl));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
}

function problemOf(name: string, resolveUrl: (name: string) => string): readonly string[] {
  try {
    const fault = urlFault(resolveUrl(name));
    return fault === undefined ? [] : [`connection "${name}" ${fault}`];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function readConfigFile(
  environment: Readonly<NodeJS.ProcessEnv>,
  overrides: Overrides,
): { readonly file: ConfigFile; readonly base: string } {
  const named = overrides.config ?? environment['MOVEOUT_CONFIG'];
  const path = resolve(named ?? CONFIG_FILE);
  if (named === undefined && !existsSync(path)) {
    return { file: configSchema.parse({}), base: process.cwd() };
  }
  const content = parseFile(path);
  if (content === null || content === undefined) {
    throw new ConfigError(`${path}: the configuration file is empty`);
  }
  const parsed = configSchema.safeParse(content);
  if (!parsed.success) throw new ConfigError(issueLines(parsed.error, path));
  return { file: parsed.data, base: dirname(path) };
}

function parseFile(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLError)
      throw new ConfigError(`${path}: not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
    const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(`${path}: the configuration file cannot be read (${code})`);
  }
}
