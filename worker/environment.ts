import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv, types } from 'node:util';
import { ConfigError } from './config-error';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The file that is read when neither a flag nor `MOVEOUT_CONFIG` names another. */
const CONFIG_FILE = 'moveout.config.yaml';

/** The configuration file that a flag or the environment names, and whether one of them does. */
export function configFile(
  environment: Environment,
  flag?: string,
): { readonly path: string; readonly isNamed: boolean } {
  const named = flag ?? environment['MOVEOUT_CONFIG'] ?? '';
  return { path: resolve(named === '' ? CONFIG_FILE : named), isNamed: named !== '' };
}

/**
 * Gives this process the variables of the file `.env` next to the configuration, for all that reads the
 * environment before the configuration is read. Throws a `ConfigError` where that file cannot be read.
 */
export function useEnvFile(flag?: string): void {
  const { path } = configFile(process.env, flag);
  for (const [name, value] of Object.entries(withEnvFile(process.env, dirname(path)))) {
    process.env[name] ??= value;
  }
}

/**
 * The environment with what the file `.env` of a folder adds to it; what is set already stays. Throws a
 * `ConfigError` if the file is there and cannot be read.
 */
export function withEnvFile(environment: Environment, folder: string): Environment {
  const file = join(folder, '.env');
  if (!existsSync(file)) return environment;
  return { ...parseEnv(textOf(file, 'it')), ...environment };
}

/**
 * The secret that a variable holds, or the file that the variable of the same name and `_FILE` names, as
 * Docker and Kubernetes mount secrets; `undefined` without either. Throws a `ConfigError` where both are
 * set or the file cannot be read.
 */
export function secretIn(environment: Environment, name: string): string | undefined {
  const value = environment[name] ?? '';
  const file = environment[`${name}_FILE`] ?? '';
  if (value !== '' && file !== '') {
    throw new ConfigError(`${name} and ${name}_FILE are both set: leave one of them out`);
  }
  if (file === '') return value === '' ? undefined : value;
  const secret = textOf(file, `${name}_FILE`).trim();
  if (secret !== '') return secret;
  throw new ConfigError(`${file}: the file that ${name}_FILE names is empty`);
}

/** The name of the variable that a secret comes from. */
export function placeOfSecret(environment: Environment, name: string): string {
  return (environment[`${name}_FILE`] ?? '') === '' ? name : `${name}_FILE`;
}

function textOf(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(
      `${file}: ${what} cannot be read (${code}): it must be a file that this user can read`,
    );
  }
}
