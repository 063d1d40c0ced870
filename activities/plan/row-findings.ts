import type { Extent } from '../../workflows/domain/extent';
import type { Client } from '../postgres/session/database-client';
import { findBrokenIndexes, type BrokenIndex } from '../postgres/checks/broken-indexes';
import { findCollisions, type Collisions } from '../postgres/checks/collisions';
import {
  readFiringTriggers,
  type EventTrigger,
  type FiringTrigger,
} from '../postgres/catalog/triggers';
import { findBrokenByRewrite, type BrokenByRewrite } from '../postgres/checks/rewritten';
import {
  findKeyIds,
  countNullTokens,
  readVaultUse,
  type EncryptionKey,
  type NullTokens,
  type VaultUse,
} from '../postgres/checks/secrets';
import { readUniqueKeys, type UniqueKey } from '../postgres/catalog/unique-keys';
import { readWideTables } from '../postgres/checks/wide-rows';
import { NOTHING } from '../postgres/catalog/populated';
import type { ProjectScope, ScopedTable } from '../postgres/scope/project-scope';
import { mergeFindings, type Findings, counted, warning, problem, listed } from './findings';
import { splitTable, tableName, columnName } from '../../workflows/domain/object-names';
import { qualified } from '../postgres/identifiers';
import { searchPathSql, type Lost } from '../postgres/checks/computed';

/** What the project's rows are checked against. */
export interface RowChecks {
  readonly extent: Extent;
  /** The unique indexes of a target that has the schemas already; empty if it has none. */
  readonly targetKeys: readonly UniqueKey[];
  /** Whether NULLs that stock Auth cannot read are fixed on their way. */
  readonly normalizeNullTokens: boolean;
}

/**
 * Looks over the project's rows in the source: broken unique indexes, collisions, triggers, NULL tokens, encryption keys,
 * vault. The session must be in the read-only snapshot transaction in which the scope was read.
 */
export async function checkRows(
  client: Client,
  scope: ProjectScope,
  { extent, targetKeys, normalizeNullTokens }: RowChecks,
): Promise<Findings> {
  const sourceKeys = await readUniqueKeys(client, extent);
  const keys = { source: sourceKeys, target: targetKeys };
  const moving = scope.tables.filter(({ kind, where }) => kind !== 'excluded' && where !== NOTHING);
  return mergeFindings([
    formFindings(moving),
    wideFindings(await readWideTables(client, moving)),
    brokenIndexFindings(await findBrokenIndexes(client, scope, sourceKeys)),
    collisionFindings(await findCollisions(client, scope, keys)),
    sourceTriggerFindings(await readFiringTriggers(client, extent)),
    nullTokenFindings(await countNullTokens(client, scope), normalizeNullTokens),
    keyIdFindings(await findKeyIds(client, scope)),
    rewriteFindings(await findBrokenByRewrite(client, extent, scope)),
    vaultFindings(await readVaultUse(client)),
  ]);
}

/** Rows that collide are a problem (`collision`), an index that cannot be tried a warning (`collision-untried`). */
export function collisionFindings({ found, untried }: Collisions): Findings {
  return mergeFindings([
    problem(
      'collision',
      found.map(
        ({ index, table, key, rows }) =>
          `${counted(rows, 'row')} of ${table} would collide in the target: unique index "${index}" over ${key} takes each key once; change or remove the doubles in the source, or make the index what the project's rows allow`,
      ),
    ),
    warning(
      'collision-untried',
      untried.map(
        ({ index, table, because }) =>
          `the target's unique index "${index}" of ${table} could not be tried on the project's rows: ${because}`,
      ),
    ),
  ]);
}

/** A unique index of the source that holds a key twice is a problem (`broken-index`): the target could not be given it. */
export function brokenIndexFindings(broken: readonly BrokenIndex[]): Findings {
  return problem(
    'broken-index',
    broken.map(({ index, table, key, keys, rows }) => {
      const [schema] = splitTable(table);
      const reindex = `REINDEX INDEX ${qualified(tableName(schema, index))}`;
      return `unique index "${index}" of ${table} is broken in the source: ${counted(keys, 'key')} of ${key} ${keys === 1 ? 'stands' : 'stand'} in ${counted(rows, 'row')} of the project; leave one row for each key there, then run ${reindex}`;
    }),
  );
}

const NO_FINDINGS = mergeFindings([]);

/** Says how many users stock Auth could not read for a NULL, and what fixes it (`null-tokens`). */
function nullTokenFindings(nulls: readonly NullTokens[], normalized: boolean): Findings {
  if (nulls.length === 0) return NO_FINDINGS;
  const counts = nulls.map(({ column, users }) => `${column} (${String(users)})`).join(', ');
  const what = `stock Auth cannot read a user with a NULL in one of these columns of auth.users; users of the project with one: ${counts}`;
  return warning('null-tokens', [
    normalized
      ? `${what}; they arrive fixed, as normalizeNullTokens asks`
      : `${what}; they cannot sign in ("Database error querying schema"); normalizeNullTokens: true in the configuration fixes them on their way`,
  ]);
}

/** Names the keys that the target's Auth must have (`key-ids`). */
function keyIdFindings(keys: readonly EncryptionKey[]): Findings {
  if (keys.length === 0) return NO_FINDINGS;
  const rows = keys.reduce((sum, key) => sum + key.rows, 0);
  const columns = [...new Set(keys.flatMap((key) => key.columns))].sort().join(', ');
  const ids = listed(
    keys.map(({ keyId }) => `"${keyId}"`),
    ', ',
  );
  return warning('key-ids', [
    `${counted(rows, 'value')} in ${columns} ${rows === 1 ? 'is' : 'are'} encrypted by Auth with the key ${ids}: the target's Auth needs the same keys in GOTRUE_SECURITY_DB_ENCRYPTION_DECRYPTION_KEYS`,
  ]);
}

/** Says that secrets in a vault do not come along, or that it cannot be told (`vault`). */
function vaultFindings({ secrets, pgsodium }: VaultUse): Findings {
  const root = pgsodium ? '; the root key of pgsodium stays with the server as well' : '';
  if (secrets === 'unreadable') {
    return warning('vault', [
      `the role may not read vault.secrets: whether secrets are kept there cannot be told; they would stay behind${root}`,
    ]);
  }
  if (secrets === 'no vault' || secrets === 0) return NO_FINDINGS;
  return warning('vault', [
    `vault.secrets holds ${counted(secrets, 'secret')}, of all projects: they stay behind; create those that the project needs again in the target${root}`,
  ]);
}

const WHILE_LOADING = 'switched off while rows are loaded, on afterwards';

/** Names the source's triggers that come along (`triggers`); those that stay behind are named with the schema. */
function sourceTriggerFindings(triggers: readonly FiringTrigger[]): Findings {
  const coming = triggers.filter(({ inside }) => inside);
  if (coming.length === 0) return mergeFindings([]);
  const names = listed(coming.map(inWords), ', ');
  return warning('triggers', [
    `${counted(coming.length, 'trigger')} on inserted rows will come along, ${WHILE_LOADING}: ${names}`,
  ]);
}

/** Names the triggers of a target that exists: on its rows (`triggers`), and on its schema (`event-triggers`). */
export function targetTriggerFindings(
  database: string,
  triggers: readonly FiringTrigger[],
  eventTriggers: readonly EventTrigger[],
): Findings {
  const rows = `${counted(triggers.length, 'trigger')} of the target "${database}" on inserted rows, ${WHILE_LOADING}`;
  const events = listed(
    eventTriggers.map(({ name, event }) => `${name} (${event})`),
    ', ',
  );
  return mergeFindings([
    warning(
      'triggers',
      triggers.length === 0 ? [] : [`${rows}: ${listed(triggers.map(inWords), ', ')}`],
    ),
    warning(
      'event-triggers',
      eventTriggers.length === 0
        ? []
        : [
            `${counted(eventTriggers.length, 'event trigger')} of the target "${database}" will fire when the schema is made there: ${events}; and again in a restore, which one that raises would park; switch off by ALTER EVENT TRIGGER … DISABLE what must not`,
          ],
    ),
  ]);
}

function inWords({ name, table, function: called }: FiringTrigger): string {
  return `${name} on ${table} (calls ${called})`;
}

/** Names what is computed by functions that rely on a search path, with the statement that gives them one (`search-path`). */
export function computedFindings(found: readonly Lost[]): Findings {
  return problem(
    'search-path',
    found.map(({ what, functions, because, path }) => {
      const settles =
        path === undefined
          ? 'write the schema before each name in it'
          : `give it a search path of its own in the source: ${functions.map((name) => searchPathSql(name, path)).join('; ')}`;
      return `${what} is computed by ${functions.join(', ')}, which does not work in a session that loads rows (${because}); ${settles}`;
    }),
  );
}

/** Names the constraints that the new `instance_id` breaks (`instance-id`). */
function rewriteFindings(found: readonly BrokenByRewrite[]): Findings {
  return problem(
    'instance-id',
    found.map(
      ({ constraint, table, rows }) =>
        `${counted(rows, 'row')} of ${table} would break ${constraint} in the target, where instance_id is the nil UUID that stock Auth looks for; drop ${constraint} in the source, or change it so that it allows that value`,
    ),
  );
}

const MEBIBYTE = 1_048_576;

/** Tables that a backup in format json holds as COPY bytes (`wide-rows`). */
function wideFindings(wide: ReadonlyMap<string, number>): Findings {
  return warning(
    'wide-rows',
    [...wide].map(
      ([table, bytes]) =>
        `${table} goes into the backup as COPY bytes, also in format json: its widest row takes ${String(Math.round(bytes / MEBIBYTE))} MiB as text`,
    ),
  );
}

/**
 * Columns that hold numbers of objects (`object-numbers`): carried exactly, they mean something else elsewhere. Where
 * they stand within other values, these can only be carried by the objects' names, which the target may not have.
 */
function formFindings(tables: readonly ScopedTable[]): Findings {
  return mergeFindings([...tables.map(numberFindings), ...tables.map(nameFindings)]);
}

function nameFindings({ facts: { table, columns } }: ScopedTable): Findings {
  return problem(
    'object-numbers',
    columns
      .filter(({ names, generated }) => names && !generated)
      .map(({ name, type }) => {
        const column = columnName(table, name);
        return `column ${column} of type ${type} holds names of objects (regclass and the like) within its values, which the target may not know; leave it behind by configuration: columns: { ${JSON.stringify(column)}: { scope: excluded, because: "…" } }`;
      }),
  );
}

function numberFindings({ facts }: ScopedTable): Findings {
  return warning(
    'object-numbers',
    facts.columns
      .filter(({ form }) => form === 'number' || form === 'numbers')
      .map(
        ({ name, type }) =>
          `column ${facts.table}.${name} of type ${type} holds numbers of objects (OIDs): they arrive exactly, but objects that people made have other numbers in the target; set such values there again`,
      ),
  );
}
