/**
 * How moveout writes the names of tables and columns: `schema.table` and `schema.table.column`, as they
 * are, without quotes. A part is quoted as in SQL only if it would be misread: a schema or a column
 * with a dot or a quote in it, a table that begins with a quote.
 */
const QUOTED = '"(?:[^"]|"")+"';
const SCHEMA = `(${QUOTED}|[^."]+)`;

/** A table's name in moveout's notation. */
export function tableName(schema: string, table: string): string {
  return `${/[."]/.test(schema) ? quote(schema) : schema}.${table.startsWith('"') ? quote(table) : table}`;
}

/** A column's name in moveout's notation. */
export function columnName(table: string, column: string): string {
  return `${table}.${/[."]/.test(column) ? quote(column) : column}`;
}

/** Schema and table of a name in moveout's notation. */
export function splitTable(name: string): readonly [schema: string, table: string] {
  const [, schema = '', table = ''] = new RegExp(`^${SCHEMA}\\.(.*)$`, 's').exec(name) ?? [];
  return [unquote(schema), unquote(table)];
}

/** The table (in moveout's notation) and the column of a name in moveout's notation. */
export function splitColumn(name: string): readonly [table: string, column: string] {
  const quoted = new RegExp(`^(.*)\\.(${QUOTED})$`, 's').exec(name);
  if (quoted !== null) return [quoted[1] ?? '', unquote(quoted[2] ?? '')];
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

const PART = `(${QUOTED}|[^."]+)`;
const TABLE = new RegExp(`^${PART}\\.${PART}$`, 's');
const COLUMN = new RegExp(`^${PART}\\.${PART}\\.${PART}$`, 's');

/** A table's name as an operator writes it, each part quoted or not, in moveout's notation; `undefined` if it is none. */
export function readTableName(text: string): string | undefined {
  const [, schema, table] = TABLE.exec(text) ?? [];
  if (schema !== undefined && table !== undefined)
    return tableName(unquote(schema), unquote(table));
  const [ownSchema, ownTable] = splitTable(text);
  return ownSchema === '' || ownTable === '' ? undefined : tableName(ownSchema, ownTable);
}

/** A column's name as an operator writes it, each part quoted or not, in moveout's notation; `undefined` if it is none. */
export function readColumnName(text: string): string | undefined {
  const [, schema, table, column] = COLUMN.exec(text) ?? [];
  if (schema !== undefined && table !== undefined && column !== undefined)
    return columnName(tableName(unquote(schema), unquote(table)), unquote(column));
  const [ownTable, ownColumn] = splitColumn(text);
  const read = readTableName(ownTable);
  return read === undefined || ownColumn === '' ? undefined : columnName(read, ownColumn);
}

/** A part of a name as an operator writes it, quoted or not. */
export function unquote(part: string): string {
  return new RegExp(`^${QUOTED}$`, 's').test(part) ? part.slice(1, -1).replaceAll('""', '"') : part;
}

/** A part of a name in quotes. */
export function quote(part: string): string {
  return `"${part.replaceAll('"', '""')}"`;
}
