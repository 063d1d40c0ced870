import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../workflows/domain/settings';
import { urlFault } from '../activities/postgres/session/urls';
import { configSchema, type ConfigFile } from './config-schema';
import { complaintLines, complaintsOf } from './config-complaints';
import { ConfigError } from './config-error';
import { linkComplaints } from './config-links';
import { ConfigText } from './config-text';
import { configFile, placeOfSecret, secretIn, withEnvFile, type Environment } from './environment';

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
 * Reads the configuration: flags over the file, the file over what stands without one. Variables that are
 * not set are looked for in the file `.env` next to it. Throws one `ConfigError` that lists everything wrong.
 */
export function loadConfiguration(
  variables: Environment,
  overrides: Overrides = {},
): Configuration {
  const read = readConfigFile(variables, overrides);
  const { file, base } = read;
  const environment = withEnvFile(variables, base);
  const names = connectionNames(file, overrides);
  const directory = overrides.backupDirectory ?? resolve(base, file.backup.directory);
  const resolveUrl = resolverOf(file, environment, overrides);
  const used = [...new Set([names.source, names.target, ...namedByProjects(file)])];
  const problems = used.flatMap((name) => {
    const words = problemOf(name, resolveUrl);
    if (words === undefined) return [];
    const path = ['connections', name, 'env'];
    const isInFile = read.text?.valueAt(path) !== undefined;
    return isInFile ? [`${read.text.placeOf(path)}: ${words}`] : [words];
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return {
    settings: {
      ...names,
      connections: factsOf(file, environment, overrides),
      tenancy: file.tenancy,
      scopes: scopesOf(file),
      createRoles: file.createRoles,
      projects: projectsOf(file),
      backup: {
        directory: resolve(directory),
        format: file.backup.format,
        host: hostIn(environment),
      },
      sessions: file.sessions,
      throttle: file.throttle,
      timing: file.timing,
      fleet: file.fleet,
    },
    resolveUrl,
  };
}

/** From the name of a connection to its URL. Each secret file is read once. */
function resolverOf(
  file: ConfigFile,
  environment: Environment,
  { connectionString }: Overrides,
): Configuration['resolveUrl'] {
  const variables = variablesOf(file);
  const urls = new Map<string, string>();
  return (connection) => {
    if (connection === FLAG && connectionString !== undefined) return connectionString;
    const variable = variables.get(connection);
    if (variable === undefined)
      throw new ConfigError(`connection "${connection}" is not configured`);
    const url = urls.get(connection) ?? secretIn(environment, variable);
    if (url === undefined) {
      throw new ConfigError(
        `connection "${connection}": the environment variable ${variable} is not set, and neither does the file .env next to the configuration set it; it must hold a URL such as postgresql://user:password@host:5432/postgres, or ${variable}_FILE the name of a file with one`,
      );
    }
    urls.set(connection, url);
    return url;
  };
}

/** What is known of the connections besides their URLs. */
function factsOf(
  file: ConfigFile,
  environment: Environment,
  { connectionString }: Overrides,
): Settings['connections'] {
  const facts = [...variablesOf(file)].map(([name, variable]) => {
    const { maintenanceDatabase } = file.connections[name] ?? {};
    return [name, { from: placeOfSecret(environment, variable), maintenanceDatabase }] as const;
  });
  const flag = connectionString === undefined ? {} : { [FLAG]: { from: '--connection-string' } };
  return { ...Object.fromEntries(facts), ...flag };
}

/** The environment variable of each connection. */
function variablesOf({ connections }: ConfigFile): ReadonlyMap<string, string> {
  const variables = Object.entries(connections).map(([name, { env }]) => [name, env] as const);
  return new Map(variables.length === 0 ? [[DEFAULT_SOURCE, DEFAULT_ENV]] : variables);
}

/** What a new backup directory's host is called. */
function hostIn(environment: Environment): string | undefined {
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

/** The names of the default source and target; unknown ones were refused with the file. */
function connectionNames(
  file: ConfigFile,
  overrides: Overrides,
): { source: string; target: string } {
  const fallback = Object.keys(file.connections)[0] ?? DEFAULT_SOURCE;
  const source = overrides.connectionString === undefined ? (file.source ?? fallback) : FLAG;
  return { source, target: file.target ?? source };
}

/** The connections of listed projects that have their own. */
function namedByProjects({ projects }: ConfigFile): readonly string[] {
  return (projects?.list ?? [])
    .flatMap(({ source, target }) => [source, target])
    .filter((name) => name !== undefined);
}

function problemOf(name: string, resolveUrl: (name: string) => string): string | undefined {
  try {
    const fault = urlFault(resolveUrl(name));
    const what = name === FLAG ? '--connection-string' : `connection "${name}"`;
    return fault === undefined ? undefined : `${what} ${fault}`;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

interface ReadFile {
  readonly file: ConfigFile;
  /** The folder that relative paths start from. */
  readonly base: string;
  readonly text?: ConfigText | undefined;
}

function readConfigFile(variables: Environment, { config }: Overrides): ReadFile {
  const { path, isNamed } = configFile(variables, config);
  if (!isNamed && !existsSync(path)) {
    return { file: configSchema.parse({}), base: dirname(path) };
  }
  const text = ConfigText.read(path);
  const parsed = configSchema.safeParse(text.content);
  const complaints = [
    ...(parsed.success ? [] : complaintsOf(parsed.error, text, configSchema)),
    ...linkComplaints(text, DEFAULT_SOURCE),
  ];
  if (complaints.length > 0 || !parsed.success)
    throw new ConfigError(complaintLines(complaints, text));
  return { file: parsed.data, base: dirname(path), text };
}
