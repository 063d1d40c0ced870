import type { ColumnProjection, Content } from '../../../workflows/domain/manifest';
import { NIL_UUID } from '../../../workflows/domain/names';
import { ident, literal, qualified } from '../identifiers';
import { inForm, valueOf } from './projection';

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
  const from = `pg_temp.${LINES_TABLE} AS l, json_to_record(l.line) AS r`;
  return insertFrom(content, from, nullOfLine);
}

/** Inserts a whole JSON array of objects, the statement's one parameter. */
export function insertFromArray(content: Content, array: Buffer): string {
  // Read twice if a JSON null may be told from a missing key.
  return mayHoldNulls(content, array)
    ? insertFrom(
        content,
        'json_array_elements($1::json) AS l (line), json_to_record(l.line) AS r',
        nullOfLine,
      )
    : insertFrom(content, 'json_to_recordset($1::json) AS r', () => 'NULL');
}

function insertFrom(
  content: Content,
  from: string,
  jsonNull: (column: ColumnProjection) => string,
): string {
  const names = content.columns.map((column) => ident(column.name)).join(', ');
  const values = content.columns.map((column) => readBack(column, jsonNull));
  const record = content.columns.map((column) => `${ident(column.name)} ${recordType(column)}`);
  return `INSERT INTO ${qualified(content.table)} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${values.join(', ')} FROM ${from} (${record.join(', ')})`;
}

/** json_to_record turns a JSON null into NULL; the arrow, which reads the line again, keeps the two apart. */
function nullOfLine(column: ColumnProjection): string {
  return `l.line -> ${literal(column.name)}`;
}

/** A null that a `jsonb` column holds looks like this in a line; so may something inside a value. */
function mayHoldNulls({ columns }: Content, array: Buffer): boolean {
  return columns.some(
    ({ name, type }) => type === 'jsonb' && array.includes(`${JSON.stringify(name)}:null`),
  );
}

function valueExpression(column: ColumnProjection): string {
  if (column.read === 'nil') return literal(JSON.stringify(NIL_UUID));
  const name = valueOf(column);
  if (isText(column)) return `to_json(${textOf(column, name)})`;
  if (!column.type.endsWith('[]')) return `to_json(${name})`;
  // A JSON array knows neither lower bounds nor, when empty, dimensions: then the literal goes in.
  return `CASE WHEN coalesce(array_ndims(${name}), 1) = 1 AND coalesce(array_lower(${name}, 1), 1) = 1
    THEN to_json(${name}) ELSE to_json(${name}::text) END`;
}

/**
 * `json` keeps its text, duplicate keys and white space included, only as a string; the two vectors begin
 * at 0, which a JSON array does not say.
 */
function isText(column: ColumnProjection): boolean {
  if (column.read !== 'as-is' && column.read !== 'nil') return true;
  return /^jsonb?\[\]$|^json$|^xml$|^(int2|oid)vector(\[\])?$/.test(column.type);
}

function textOf({ read }: ColumnProjection, value: string): string {
  return read === 'nil' ? value : `${inForm(read, value)}::text`;
}

function recordType(column: ColumnProjection): string {
  if (isText(column)) return 'text';
  return column.type === 'jsonb' ? 'json' : column.type;
}

function readBack(
  column: ColumnProjection,
  jsonNull: (column: ColumnProjection) => string,
): string {
  const name = `r.${ident(column.name)}`;
  // As text the number of an object would be taken for its name.
  if (column.read === 'number') return `${name}::oid::${column.type}`;
  if (column.read === 'numbers') return `${name}::oid[]::${column.type}`;
  if (isText(column)) return `${name}::${column.type}`;
  return column.type === 'jsonb' ? `coalesce(${name}, ${jsonNull(column)})::jsonb` : name;
}
