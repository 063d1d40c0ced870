import { parse } from 'yaml';
import { scopesSchema, type Scopes } from '../../workflows/domain/scopes';

/** A line of the configuration that gives tables their scope. */
export function scopeLine(tables: readonly string[], scope: string): string {
  return `tables: { ${tables.map((table) => `${JSON.stringify(table)}: ${scope}`).join(', ')} }`;
}

/** The line that leaves tables behind. */
export function excludingLine(tables: readonly string[]): string {
  return scopeLine(tables, '{ scope: excluded, because: "…" }');
}

/** The scopes with lines of a configuration added, as the configuration itself would read them. */
export function withLine(scopes: Scopes, line: string): Scopes {
  const { tables, columns } = scopesSchema.parse(parse(line));
  return {
    ...scopes,
    tables: { ...scopes.tables, ...tables },
    columns: { ...scopes.columns, ...columns },
  };
}
