import type { DatabaseFacts } from './database';
import { isCustom } from './database-settings';

/**
 * Every difference between two databases' own facts, one line each; none means equal. The values of settings with
 * a dot may be secrets: that they differ is said, not how. Grants of databases made by different major
 * versions compare, since these do not differ in what a database's privileges are.
 */
export function compareDatabaseFacts(
  recorded: DatabaseFacts,
  present: DatabaseFacts,
): readonly string[] {
  return [
    ...one('encoding', recorded.encoding, present.encoding),
    ...one('collate', localeName(recorded.collate), localeName(present.collate)),
    ...one('ctype', localeName(recorded.ctype), localeName(present.ctype)),
    ...one('locale provider', recorded.localeProvider, present.localeProvider),
    ...one('locale', recorded.locale, present.locale),
    ...one('ICU rules', recorded.icuRules, present.icuRules),
    ...many('grant', recorded.grants, present.grants),
    ...compareSettings(recorded, present),
  ];
}

function one(what: string, was: string | undefined, is: string | undefined): string[] {
  return was === is ? [] : [`database: ${what} is ${shown(is)}, was ${shown(was)}`];
}

function many(what: string, was: readonly string[], is: readonly string[]): string[] {
  return [
    ...was
      .filter((item) => !is.includes(item))
      .map((item) => `database: ${what} is missing: ${item}`),
    ...is
      .filter((item) => !was.includes(item))
      .map((item) => `database: ${what} is extra: ${item}`),
  ];
}

function compareSettings(recorded: DatabaseFacts, present: DatabaseFacts): string[] {
  const [was, is] = [settingsOf(recorded), settingsOf(present)];
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return names.flatMap((name) => {
    if (!was.has(name)) return [`database: setting ${name} is extra`];
    if (!is.has(name)) return [`database: setting ${name} is missing`];
    if (!isCustom(name)) return one(`setting ${name}`, was.get(name), is.get(name));
    const isSame = was.get(name) === is.get(name);
    return isSame
      ? []
      : [`database: setting ${name} has another value (not shown: it may be a secret)`];
  });
}

function settingsOf({ settings }: DatabaseFacts): ReadonlyMap<string, string> {
  return new Map(
    settings.map(({ name, value, role }) => [
      role === undefined ? name : `${name} of role ${role}`,
      value,
    ]),
  );
}

/** The C library knows an encoding by several spellings: `en_US.UTF-8` is `en_US.utf8`. */
function localeName(name: string): string {
  const [place = '', ...encoding] = name.split('.');
  return [place, ...encoding.map((part) => part.toLowerCase().replaceAll('-', ''))].join('.');
}

function shown(value: string | undefined): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
