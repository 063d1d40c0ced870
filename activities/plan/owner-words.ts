import type { DatabaseIdentity } from '../../workflows/domain/plan';

/** Whose schema and rows go into a target, in words: a restore has no source. */
export function ownerWords(from: DatabaseIdentity | 'backup'): string {
  return from === 'backup' ? 'backup' : 'source';
}
