import type { z } from 'zod';

/** A configuration that cannot be used; its message lists everything that is wrong, with its path. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Says each issue of a file in one line: where, what, and which value would be right. */
export function issueLines(error: z.ZodError, file: string): string {
  return error.issues
    .flatMap((issue) => linesOf(issue, []))
    .map((line) => `${file}: ${line}`)
    .join('\n');
}

function linesOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly string[] {
  const path = [...above, ...issue.path];
  const where = path.length === 0 ? 'the file' : path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...path, key].map(String).join('.')}: unknown setting`);
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = [...issue.errors].sort((a, b) => b.length - a.length).at(-1) ?? [];
    return nearest.flatMap((inner) => linesOf(inner, path));
  }
  return [`${where}: ${issue.message}`];
}
