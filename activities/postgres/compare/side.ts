import type { Content } from '../../../workflows/domain/manifest';
import { ident, literal, qualified } from '../identifiers';
import { selectList, selectListAtTarget } from '../projection';

/** The temporary table that holds a backup's rows of one table while they are compared. */
export const BACKUP_ROWS = 'pg_temp.moveout_backup_rows';

/** The rows of one table on one side of a comparison, each column read over the alias `t`. */
export interface Side {
  /** `schema.table`. */
  readonly table: string;
  readonly where: string;
  readonly columns: readonly { readonly name: string; readonly expression: string }[];
  /** The columns of the primary key; empty where there is none. */
  readonly key: readonly string[];
}

/** The rows as they came out of the backup's file. */
export function backupSide(content: Content): Side {
  const expressions = content.columns.map(({ name }) => `t.${ident(name)}`);
  return { ...sideOf(content, expressions), table: BACKUP_ROWS };
}

/** The rows that the target holds. */
export function targetSide(content: Content): Side {
  return sideOf(content, selectListAtTarget(content.columns));
}

/** The rows in scope that the source holds. */
export function sourceSide(content: Content, where: string): Side {
  return { ...sideOf(content, selectList(content.columns)), where };
}

/**
 * The statement that gives each row as `key`, a text, and `content`, its exact bytes. The key is a
 * JSON object of the primary key's columns in their text form, ready for a file; where there is no
 * primary key, the SHA-256 of the whole row.
 */
export function keyedRows({ table, where, columns, key }: Side): string {
  const record = `record_send(row(${columns.map(({ expression }) => expression).join(', ')}))`;
  const members = columns
    .filter(({ name }) => key.includes(name))
    .map(({ name, expression }) => {
      const label = literal(`${JSON.stringify(name)}:`);
      return `${label} || coalesce(to_json((${expression})::text)::text, 'null')`;
    });
  const known =
    members.length === 0
      ? `encode(sha256(${record}), 'hex')`
      : `'{' || ${members.join(` || ',' || `)} || '}'`;
  return `SELECT (${known}) COLLATE "C" AS key, ${record} AS content FROM ${qualified(table)} AS t WHERE ${where}`;
}

function sideOf(content: Content, expressions: readonly string[]): Side {
  const columns = content.columns.map(({ name }, i) => ({
    name,
    expression: expressions[i] ?? '',
  }));
  return { table: content.table, where: 'true', columns, key: content.key ?? [] };
}
