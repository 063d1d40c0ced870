import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { UsageError } from '../../client/fault';

/** Checks what was typed; throws one `UsageError` that names every option whose value is wrong. */
export function readOptions<T>(schema: z.ZodType<T>, typed: object): T {
  const checked = schema.safeParse(typed);
  if (checked.success) return checked.data;
  const words = checked.error.issues.map(({ path: [name], message }) =>
    name === undefined ? message : `--${flagOf(String(name))} ${message}`,
  );
  throw new UsageError([...new Set(words)].join('; '));
}

/** A file that cannot be written is refused before anything is measured. */
export function assertWritable(option: string, file: string | undefined): void {
  if (file === undefined) return;
  const folder = path.dirname(path.resolve(file));
  if (!existsSync(folder)) throw new UsageError(`${option}: there is no folder for the file`);
  if (existsSync(file) && !statSync(file).isFile())
    throw new UsageError(`${option} must name a file`);
}

function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
