import { existsSync, readFileSync } from 'node:fs';
import { configFile, type Environment } from './environment';
import { ENVIRONMENT } from './environment-words';
import { nearest } from './nearest';

/** The variables of the Temporal CLI that say where Temporal is. */
const TEMPORAL = [
  ...['ADDRESS', 'NAMESPACE', 'API_KEY', 'PROFILE', 'CONFIG_FILE', 'TLS', 'TLS_SERVER_NAME'],
  ...['CLIENT_CERT_PATH', 'CLIENT_CERT_DATA', 'CLIENT_KEY_PATH', 'CLIENT_KEY_DATA'].map(inTls),
  ...['SERVER_CA_CERT_PATH', 'SERVER_CA_CERT_DATA', 'DISABLE_HOST_VERIFICATION'].map(inTls),
].map((name) => `TEMPORAL_${name}`);

const KNOWN = [...Object.keys(ENVIRONMENT), ...TEMPORAL];
const FAMILIES = ['MOVEOUT_', 'TEMPORAL_'];

/** A name of no family belongs to another program, unless these few changed letters make it one of ours. */
const EDITS_OUTSIDE = 2;

/**
 * One warning for each variable that nobody reads and whose name is close to one that is read. A name that the
 * configuration file mentions is read. No value is repeated, for it may be secret.
 */
export function misspeltVariables(environment: Environment, flag?: string): readonly string[] {
  const meant = Object.entries(environment).flatMap(([name, value]) => {
    const isRead = (value ?? '') === '' || KNOWN.includes(bare(name));
    const known = isRead ? undefined : knownNear(name);
    return known === undefined ? [] : [{ name, known }];
  });
  if (meant.length === 0) return [];
  const mentioned = new Set(textOf(configFile(environment, flag).path).split(/\W+/));
  return meant
    .filter(({ name }) => !mentioned.has(bare(name)))
    .map(
      ({ name, known }) =>
        `Warning: the variable ${name} is set, but nothing reads it; did you mean ${known}?`,
    );
}

/** Within a family only the rest of the name counts, for all of its names begin alike. */
function knownNear(name: string): string | undefined {
  const family = FAMILIES.find((prefix) => name.toUpperCase().startsWith(prefix));
  if (family === undefined) return nearest(name, KNOWN, EDITS_OUTSIDE);
  const rest = name.slice(family.length);
  const rests = KNOWN.filter((one) => one.startsWith(family)).map((one) =>
    one.slice(family.length),
  );
  const near = nearest(rest, rests) ?? rests.find((one) => isPart(one, rest, family));
  return near === undefined ? undefined : `${family}${near}`;
}

/** A word was left out at the end, or one too many was added. */
function isPart(known: string, rest: string, family: string): boolean {
  if (known.startsWith(`${rest.toUpperCase()}_`)) return true;
  return family === 'MOVEOUT_' && rest.toUpperCase().startsWith(`${known}_`);
}

/** A secret may come from a file, by the same name and `_FILE`. */
function bare(name: string): string {
  return name.replace(/_URL_FILE$/, '_URL');
}

function inTls(name: string): string {
  return `TLS_${name}`;
}

/** A file that is not there mentions nothing; one that cannot be read is refused by whoever reads it. */
function textOf(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}
