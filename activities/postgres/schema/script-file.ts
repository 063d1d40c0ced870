import { z } from 'zod';
import { failure } from '../../runtime/failure';
import type { ScriptParts } from './script';

const statementsSchema = z.strictObject({
  preData: z.array(z.string()),
  postData: z.array(z.string()),
  builds: z.array(
    z.strictObject({
      table: z.string(),
      name: z.string(),
      kind: z.enum(['key', 'index']),
      statement: z.string(),
    }),
  ),
});

/** The text of `statements.json`, which a restore runs. */
export function renderStatements({ preData, postData, builds }: ScriptParts): string {
  return `${JSON.stringify({ preData, postData, builds }, null, 1)}\n`;
}

/** The statements of {@link renderStatements}, byte for byte. */
export function parseStatements(text: string): z.infer<typeof statementsSchema> {
  const parsed = statementsSchema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw failure('BackupDamaged', 'statements.json does not hold the statements of a schema');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Who wrote the file and from what, one `-- name: value` line each. Hold no secrets. */
type ScriptHeader = Readonly<Record<string, string>>;

/**
 * The text of `schema.sql`, for people: `psql -v ON_ERROR_STOP=1 -f schema.sql` runs it, each half in a
 * transaction.
 */
export function renderSchemaSql(
  { preData, postData }: ScriptParts,
  header: ScriptHeader = {},
): string {
  // A statement may end with a comment: the semicolon has a line of its own.
  const all = (statements: readonly string[]): string =>
    statements.map((statement) => `${statement}\n;\n`).join('');
  const lines = Object.entries(header).map(
    ([name, value]) => `-- ${oneLine(name)}: ${oneLine(value)}\n`,
  );
  return [
    ...lines,
    `-- Before the rows.\nBEGIN;\n${all(preData)}COMMIT;\n`,
    `-- The rows go here. After the rows.\nBEGIN;\n${all(postData)}COMMIT;\n`,
  ].join('');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
