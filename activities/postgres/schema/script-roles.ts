import type { Unreached } from '../../../workflows/domain/plan';
import { ident } from '../identifiers';
import type { ScriptParts } from './script';

/** Whose rights the statements of a script use. */
export interface ScriptRoles {
  /** Roles that something is handed to, sorted. */
  readonly owners: readonly string[];
  /** Roles that get nothing but a schema for extensions, which is not part of what is compared; sorted. */
  readonly extensionSchemaOwners: readonly string[];
  /** Roles whose own default privileges are set, sorted. */
  readonly defaultPrivilegesOf: readonly string[];
  /** Whether row level security holds for the owners of a table as well. */
  readonly forcesRowSecurity: boolean;
}

const NAME = '"((?:[^"]|"")+)"';
const HANDED = new RegExp(`^ALTER [\\s\\S]* OWNER TO ${NAME}$`);
const MADE_FOR = new RegExp(`^(CREATE SCHEMA "(?:[^"]|"")+") AUTHORIZATION ${NAME}$`);
const DEFAULTS_OF = new RegExp(`^ALTER DEFAULT PRIVILEGES FOR ROLE ${NAME} `);
/** A schema for an extension is made in a block; see `extensions.ts`. */
const HANDED_IN_BLOCK = new RegExp(`^ALTER SCHEMA "(?:[^"]|"")+" OWNER TO ${NAME};$`, 'gm');
const FORCED = /^ALTER TABLE [\s\S]* FORCE ROW LEVEL SECURITY$/;

/** Reads from a script whose rights it uses. */
export function rolesOfScript({
  preData,
  postData,
}: Pick<ScriptParts, 'preData' | 'postData'>): ScriptRoles {
  const statements = [...preData, ...postData];
  const owners = sorted(statements.flatMap(ownersIn));
  return {
    owners,
    extensionSchemaOwners: sorted(statements.flatMap(ownersInBlock)).filter(
      (name) => !owners.includes(name),
    ),
    defaultPrivilegesOf: sorted(statements.flatMap((text) => nameIn(text, DEFAULTS_OF) ?? [])),
    forcesRowSecurity: statements.some((text) => FORCED.test(text)),
  };
}

/** A script that a role can run, and what is left of it for a superuser, in that order. */
export interface SharedScript {
  readonly own: ScriptParts;
  readonly later: readonly string[];
}

/**
 * Takes out of a script what hands objects to roles that the target's role cannot act as. These objects
 * stay its own until a superuser has run the rest: to hand an object over merges the rights of its owners,
 * so the grants to the first owner come again behind it.
 */
export function withoutUnreached(
  script: ScriptParts,
  unreached: Unreached | undefined,
): SharedScript {
  if (unreached === undefined) return { own: script, later: [] };
  const later: string[] = [];
  const delegated = (statements: readonly string[]): string[] =>
    statements.flatMap((statement) => {
      const { own, rest } = share(statement, unreached);
      later.push(...rest);
      return own;
    });
  const own = {
    preData: delegated(script.preData),
    postData: delegated(script.postData),
    // No key and no index hands anything to a role.
    builds: script.builds,
  };
  const handed = later.flatMap(
    (text) => /^ALTER [A-Z ]+ ("[\s\S]*) OWNER TO "/.exec(text)?.[1] ?? [],
  );
  const grants = [...own.preData, ...own.postData].filter((text) => {
    const granted = /^GRANT [\s\S]* ON [A-Z ]+ ("[\s\S]*) TO ("[\s\S]*)$/.exec(text);
    if (granted === null) return false;
    const [, object = '', grantees = ''] = granted;
    return handed.includes(object) && grantees.split(/, | WITH /).includes(ident(unreached.role));
  });
  const owners = later.filter((text) => !DEFAULTS_OF.test(text));
  const defaults = later.filter((text) => DEFAULTS_OF.test(text));
  return { own, later: [...owners, ...grants, ...defaults] };
}

function share(
  statement: string,
  { owners, defaultPrivilegesOf }: Unreached,
): { readonly own: readonly string[]; readonly rest: readonly string[] } {
  const made = MADE_FOR.exec(statement);
  if (made !== null) {
    const [, create = '', owner = ''] = made;
    if (!owners.includes(unquoted(owner))) return { own: [statement], rest: [] };
    const handing = `${create.replace('CREATE', 'ALTER')} OWNER TO "${owner}"`;
    return { own: [create], rest: [handing] };
  }
  const owner = nameIn(statement, HANDED);
  if (owner !== undefined && owners.includes(owner)) return { own: [], rest: [statement] };
  const role = nameIn(statement, DEFAULTS_OF);
  if (role !== undefined && defaultPrivilegesOf.includes(role))
    return { own: [], rest: [statement] };
  if (!statement.startsWith('DO ')) return { own: [statement], rest: [] };
  const rest: string[] = [];
  const own = statement.replace(HANDED_IN_BLOCK, (line, name: string) => {
    if (!owners.includes(unquoted(name))) return line;
    rest.push(line.slice(0, -1).replaceAll("''", "'"));
    return '';
  });
  return { own: [own], rest };
}

function ownersIn(statement: string): readonly string[] {
  const made = MADE_FOR.exec(statement)?.[2];
  if (made !== undefined) return [unquoted(made)];
  const handed = nameIn(statement, HANDED);
  return handed === undefined ? [] : [handed];
}

function ownersInBlock(statement: string): readonly string[] {
  if (!statement.startsWith('DO ')) return [];
  return [...statement.matchAll(HANDED_IN_BLOCK)].map(([, name = '']) => unquoted(name));
}

function nameIn(statement: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(statement)?.[1];
  return found === undefined ? undefined : unquoted(found);
}

function unquoted(name: string): string {
  return name.replaceAll('""', '"');
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
