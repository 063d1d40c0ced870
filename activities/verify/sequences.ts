import type { Client } from '../postgres/database-client';
import type { Manifest, SequenceState } from '../../workflows/domain/manifest';
import { largestValue, readSequences } from '../postgres/catalog/sequences';

type Standing = Pick<SequenceState, 'lastValue' | 'isCalled'>;

/**
 * Sequences that do not stand where the load put them, by `(last_value, is_called)`. In a target's own
 * backup that is exactly where they stood. In a project's it is where the backup saw them, or the
 * value after the largest one present where that is beyond: one set back would give out values twice,
 * one far ahead was moved by somebody.
 */
export async function sequenceDifferences(
  client: Client,
  manifest: Manifest,
): Promise<readonly string[]> {
  const here = new Map((await readSequences(client, manifest.extent)).map((s) => [s.sequence, s]));
  const differences: string[] = [];
  for (const recorded of manifest.sequences) {
    const state = here.get(recorded.sequence);
    if (state === undefined) {
      differences.push(`sequence ${recorded.sequence} is missing`);
      continue;
    }
    const right = await standings(client, recorded, manifest.kind);
    if (right.some((one) => same(one, state))) continue;
    differences.push(
      `sequence ${recorded.sequence} stands at ${words(state)}, not at ${right.map(words).join(' or ')}`,
    );
  }
  return differences;
}

/** Where a sequence may stand after the load; two ways of saying the same next value count both. */
async function standings(
  client: Client,
  recorded: SequenceState,
  kind: Manifest['kind'],
): Promise<readonly Standing[]> {
  if (kind === 'target' || recorded.ownedBy === null) return [recorded];
  const next = BigInt(recorded.lastValue) + (recorded.isCalled ? 1n : 0n);
  const beyond = (await largestValue(client, recorded.ownedBy)) + 1n;
  if (beyond > next) return [{ lastValue: beyond.toString(), isCalled: false }];
  const restarted = { lastValue: next.toString(), isCalled: false };
  return recorded.isCalled ? [restarted, recorded] : [recorded];
}

function same(a: Standing, b: Standing): boolean {
  return a.lastValue === b.lastValue && a.isCalled === b.isCalled;
}

function words({ lastValue, isCalled }: Standing): string {
  return `(${lastValue}, ${isCalled ? 'called' : 'not called'})`;
}
