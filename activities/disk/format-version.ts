import { z } from 'zod';
import { failure } from '../runtime/failure';

const versioned = z.looseObject({ version: z.int() });

/**
 * Throws `NewerVersion` if a file was written in a later format than this moveout knows: what it does not know of
 * it is no damage.
 */
export function assertKnownVersion(content: unknown, known: number, file: string): void {
  const version = versioned.safeParse(content).data?.version ?? known;
  if (version <= known) return;
  throw failure(
    'NewerVersion',
    `${file} has format version ${String(version)}, and this moveout reads none after ${String(known)}`,
  );
}
