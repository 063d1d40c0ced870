import type { ColumnProjection, Content } from '../../workflows/domain/manifest';
import { NIL_UUID } from '../../workflows/domain/names';
import { ident, literal, qualified } from './identifiers';
import { valueOf } from './projection';

/** The temporary table that JSON lines go through on their way in. */
export const LINES_TABLE = 'moveout_lines';

/**
 * COPY's csv with a quote and a delimiter that no JSON text can hold (control characters are always
 * escaped there), so that every line passes as it is.
 */
export const LINES_FORMAT = `FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01'`;

/**
 * One JSON object for each row. SQL NULL: the key is missing, so that a JSON null in a jsonb column
 * stays apart from it. Types whose text JSON would not keep to the byte go in as strings.
 */
export function lineExpression(columns: readonly ColumnProjection[]): string {
  const members = columns.map(
    (column) => `${literal(`${JSON.stringify(column.name)}:`)} || ${valueExpression(column)}::text`,
  );
  return `'{' || array_to_string(ARRAY[${members.join(', ')}]::text[], ',') || '}'`;
}

/** The statement that turns the lines of the temporary table into rows of the table. */
export function insertFromLines(content: Content): string {
  return insertFrom(content, `pg_temp.${LINES_TABLE} AS l`);
}

/** The same for a whole array of objects, its one parameter. */
export function insertFromArray(content: Content): string {
  return insertFrom(content, 'json_array_elements($1::json) AS l (line)');
}

function insertFrom(content: Content, lines: string): string {
  const names = content.columns.map((column) => ident(column.name)).join(', ');
  const values = content.columns.map(readBack).join(', ');
  const record = content.columns.map((column) => `${ident(column.name)} ${recordType(column)}`);
  return `INSERT INTO ${qualified(content.table)} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${values} FROM ${lines}, json_to_record(l.line) AS r (${record.join(', ')})`;
}

function valueExpression(column: ColumnProjection): string {
  if (column.read === 'nil') return literal(JSON.stringify(NIL_UUID));
  const name = valueOf(column);
  if (isText(column)) return `to_json(${name}::text)`;
  if (!column.type.endsWith('[]')) return `to_json(${name})`;
  // A JSON array knows neither lower bounds nor, when empty, dimensions: then the literal goes in.
  return `CASE WHEN coalesce(array_ndims(${name}), 1) = 1 AND coalesce(array_lower(${name}, 1), 1) = 1
    THEN to_json(${name}) ELSE to_json(${name}::text) END`;
}

/** `json` keeps its text, duplicate keys and white space included, only as a string. */
function isText(column: ColumnProjection): boolean {
  return column.read === 'text' || /^jsonb?\[\]$|^json$|^xml$/.test(column.type);
}

function recordType(column: ColumnProjection): string {
  if (isText(column)) return 'text';
  return column.type === 'jsonb' ? 'json' : column.type;
}

function readBack(column: ColumnProjection): string {
  const name = `r.${ident(column.name)}`;
  if (isText(column)) return `${name}::${column.type}`;
  // json_to_record turns a JSON null into NULL; the arrow keeps the two apart.
  return column.type === 'jsonb' ? `(l.line -> ${literal(column.name)})::jsonb` : name;
}
