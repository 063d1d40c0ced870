import type { Fact } from '@supabase/pg-delta';
import { withoutOwnAttributes, withoutOwnOptions } from './own-options';
import { isKeyword, tokensOf, unqualified } from './view-text';

/** An object's attributes as a snapshot holds them. */
type Attributes = Readonly<Record<string, string>>;

/** What a major version of PostgreSQL adds or prints otherwise by itself: no difference between two schemas. */
export interface VersionRule {
  readonly what: string;
  /** The first major version that does so. */
  readonly since: number;
  readonly why: string;
  /** What is carried in place of the fact; undefined for a fact that is no object of its own. */
  readonly fact?: (fact: Fact) => Fact | undefined;
  /** What is compared in place of the attributes of the object of that name. */
  readonly compared?: (name: string, attributes: Attributes) => Attributes;
}

/**
 * All of them. Two more lie in the queries that read the catalog, because they are about where a value
 * stands: a statistics target that is not set reads -1 up to 16 and NULL since 17, and an ICU or built-in locale of a database
 * has another column in 14, 15 and 17.
 */
export const VERSION_RULES: readonly VersionRule[] = [
  {
    what: 'an ICU collation keeps its locale in a column of its own',
    since: 15,
    why: 'PostgreSQL 14 keeps it where the collations of the C library have theirs',
    fact: withIcuLocale,
  },
  {
    what: 'columns of the only table of a view are printed without its name',
    since: 16,
    why: 'the rules of views lost their hidden OLD and NEW, which had made every view one of several tables',
    compared: (name, attributes) =>
      /^(materialized )?view /.test(name) ? withText(attributes, ['def'], unqualified) : attributes,
  },
  {
    what: 'XMLSERIALIZE is printed with NO INDENT',
    since: 16,
    why: 'it can indent since then; not to do so is the default, as it was',
    compared: (_, attributes) => withText(attributes, Object.keys(attributes), withoutNoIndent),
  },
  {
    what: 'the privilege MAINTAIN on tables',
    since: 17,
    why: 'owners have it by themselves, and so does who was granted ALL, whatever was revoked afterwards',
    compared: (name, attributes) =>
      isAboutTables(name) ? withText(attributes, PRIVILEGES, withoutMaintain) : attributes,
  },
  {
    what: 'NOT NULL of a domain is a constraint with a name',
    since: 17,
    why: 'the domain itself says NOT NULL in every version',
    fact: (fact) =>
      fact.id.kind === 'constraint' && fact.payload['type'] === 'n' ? undefined : fact,
  },
];

/**
 * The attributes as they are compared with those of another server: what PostgreSQL keeps for itself is no
 * difference, and of the rules only what began after the older of the two.
 */
export function comparedAttributes(
  name: string,
  attributes: Attributes,
  olderServer: number,
): Attributes {
  return VERSION_RULES.filter(({ since }) => since > olderServer).reduce(
    (found, { compared }) => compared?.(name, found) ?? found,
    withoutOwnAttributes(name, attributes),
  );
}

/** The fact as it is carried, if it is. */
export function carriedFact(fact: Fact): Fact | undefined {
  return VERSION_RULES.reduce<Fact | undefined>(
    (found, rule) => (found && rule.fact ? rule.fact(found) : found),
    withoutOwnOptions(fact),
  );
}

const PRIVILEGES = ['privileges', 'grantable'] as const;
function withIcuLocale(fact: Fact): Fact {
  const { provider, locale, lcCollate } = fact.payload;
  if (fact.id.kind !== 'collation' || provider !== 'i' || locale != null) return fact;
  const payload = { ...fact.payload, locale: lcCollate ?? null, lcCollate: null, lcCtype: null };
  return { ...fact, payload };
}

function withText(
  attributes: Attributes,
  keys: readonly string[],
  change: (text: string) => string,
): Attributes {
  const changed = keys.flatMap((key): [string, string][] => {
    const text = attributes[key];
    return text === undefined ? [] : [[key, change(text)]];
  });
  return { ...attributes, ...Object.fromEntries(changed) };
}

function withoutNoIndent(text: string): string {
  if (!text.includes('NO INDENT')) return text;
  const tokens = tokensOf(text);
  return tokens
    .filter((_, at) => {
      const start = [at, at - 1, at - 2, at - 3].find(
        (from) => isKeyword(tokens[from + 1], 'NO') && isKeyword(tokens[from + 3], 'INDENT'),
      );
      return start === undefined || tokens[start + 4]?.text !== ')';
    })
    .map((token) => token.text)
    .join('');
}

function isAboutTables(name: string): boolean {
  return /^(privileges of .* on (table|view|materialized view) |default privileges of .* on tables of )/.test(
    name,
  );
}

function withoutMaintain(text: string): string {
  if (!text.startsWith('[')) return text;
  const privileges: unknown = JSON.parse(text);
  if (!Array.isArray(privileges)) return text;
  return JSON.stringify(privileges.filter((privilege) => privilege !== 'MAINTAIN'));
}
