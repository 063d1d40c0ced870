import { createHash } from 'node:crypto';
import { fillScripts, schemaScripts } from '../../studio/sql-files';

/** What a source of the bench holds: projects of equal size, the first of which is moved. */
export interface SourceSpec {
  /** Of each project; it has as many identities, sessions and refresh tokens. */
  readonly users: number;
  /** Of each project. */
  readonly objects: number;
  /** Other projects of the same size. */
  readonly neighbours: number;
  /** The same seed and sizes give the same rows, to the byte. */
  readonly seed: string;
}

/** The first project of every studio. */
export const MOVED_PROJECT = 'project-abc';

/** The name under which a source is kept: another name if its rows or its schema would be others. */
export function keyOf({ users, objects, neighbours, seed }: SourceSpec): string {
  const sizes = `users-${users}-objects-${objects}-neighbours-${neighbours}-seed-${seed}`;
  return `${sizes}-${shortHash([...schemaScripts(), ...fillScripts(), LEAVE_OUT])}`;
}

/**
 * What refers to `public`: pg_dump of two schemas could not restore it, so that no mover gets it.
 */
export const LEAVE_OUT = `
  DROP FUNCTION public.handle_new_user() CASCADE;
  DROP TABLE public.profiles;`;

/** Eight digits that change with any of the texts. */
export function shortHash(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 8);
}
