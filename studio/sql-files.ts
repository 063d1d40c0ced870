import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Variant } from './options';

const BACK_TO_SUPERUSER = 'RESET ROLE;';

/**
 * Yields the SQL that makes the two schemas and what stands besides them, in order, for one
 * transaction of a superuser. `auth.sql` and `storage.sql` change to the role that owns what
 * follows.
 */
export function schemaScripts(): readonly string[] {
  return [
    ...read('schema', ['auth', 'auth-users', 'auth-oauth', 'auth-providers', 'auth-sso']),
    ...read('schema', ['auth-sessions', 'auth-factors', 'auth-bookkeeping', 'auth-access']),
    BACK_TO_SUPERUSER,
    ...read('schema', ['storage', 'storage-files', 'storage-lakes', 'storage-functions']),
    ...read('schema', ['storage-listing', 'storage-bookkeeping', 'storage-access']),
    BACK_TO_SUPERUSER,
    ...read('schema', ['storage-policies', 'outside']),
  ];
}

/** Yields the SQL that fills every table, in order, for the same transaction. */
export function fillScripts(): readonly string[] {
  return [
    ...read('fill', ['sources', 'users', 'sign-in', 'oauth', 'sessions', 'passkeys']),
    ...read('fill', ['files', 'lakes', 'unclaimed']),
  ];
}

const CHANGES: Readonly<Record<Variant, readonly string[]>> = {
  ancient: ['auth-of-2025', 'of-2023'],
  older: ['auth-of-2025', 'storage-of-2025', 'storage-of-2025-rows', 'lakes-of-2025'],
  current: [],
  hosted: ['hosted'],
  newer: ['storage-of-late-2026', 'storage-of-late-2026-rows'],
};

/** Yields the SQL that turns schemas and rows into those of another release, in the same transaction. */
export function variantScripts(variant: Variant): readonly string[] {
  return read('variants', CHANGES[variant]);
}

/** Yields the SQL that makes thirty projects of a studio unlike each other, for one transaction. */
export function shapeScripts(): readonly string[] {
  return read('.', ['shapes']);
}

/** Yields the SQL that creates the missing service roles; safe with other sessions doing so. */
export function roleScripts(): readonly string[] {
  return read('schema', ['roles']);
}

function read(folder: string, names: readonly string[]): readonly string[] {
  const root = packageRoot(__dirname);
  return names.map((name) => readFileSync(join(root, 'studio', folder, `${name}.sql`), 'utf8'));
}

// The compiled file stands in dist/, where tsc brings no .sql file.
function packageRoot(from: string): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && namesMoveout(readFileSync(manifest, 'utf8'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error(`no package.json of moveout in or above ${__dirname}`);
  return packageRoot(above);
}

function namesMoveout(manifest: string): boolean {
  const content: unknown = JSON.parse(manifest);
  return (
    typeof content === 'object' &&
    content !== null &&
    'name' in content &&
    content.name === 'moveout'
  );
}
