import { NO_FINDINGS, type Findings } from '../../workflows/domain/findings';
import type { Settings } from '../../workflows/domain/settings';
import { checkThrottle } from '../postgres/throttle/check';
import type { Attempt } from '../runtime/attempt';

/**
 * Checks the throttle of a source. If nothing is wrong with it, waits until the source may be read: a plan reads much
 * of it too, and no project of a fleet begins before.
 */
export async function viewThrottle(
  { connections, awaitSource }: Attempt,
  { throttle }: Settings,
  source: string,
): Promise<Findings> {
  if (throttle === undefined) return NO_FINDINGS;
  const findings = await connections.with({ connection: source, access: 'read' }, (client) =>
    checkThrottle(client, throttle, source),
  );
  if (findings.problems.length === 0) await awaitSource(source);
  return findings;
}
