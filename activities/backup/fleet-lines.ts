import type { z } from 'zod';
import { failure } from '../failure';

/** Values as JSON, one a line. */
export function textOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Reads values that were written one a line; rejects with `BackupDamaged` and the line that is not one. */
export function linesOf<Schema extends z.ZodType>(
  text: string,
  { schema, file }: { readonly schema: Schema; readonly file: string },
): readonly z.output<Schema>[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, i) => {
    const parsed = schema.safeParse(parsedJson(line));
    if (parsed.success) return parsed.data;
    throw failure('BackupDamaged', `${file}: line ${i + 1} is not what was written`);
  });
}

/** What a text says as JSON; `undefined` where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
