import type { Client } from '../postgres/database-client';
import type { Manifest, SequenceState } from '../../workflows/domain/manifest';
import type { Problem } from '../../workflows/domain/plan';
import { readSequenceRules, readSequences, type SequenceRule } from '../postgres/catalog/sequences';

type Standing = Pick<SequenceState, 'lastValue' | 'isCalled'>;

/** What became of the sequences of a backup. */
interface SequencesFound {
  /** Sequences that are missing, or would give values again that they gave before the backup. */
  readonly differences: readonly string[];
  /** Sequences that have given values since: the database is in use. */
  readonly notes: readonly Problem[];
}

/**
 * Compares the value that each sequence gives next with the one that it would have given at the backup.
 * `(97, called)` and `(98, not called)` are the same where it counts by one. A sequence that goes round can have
 * passed any value: one that stands elsewhere is taken to be used.
 */
export async function compareSequences(
  client: Client,
  { sequences, extent }: Manifest,
): Promise<SequencesFound> {
  const here = new Map((await readSequences(client, extent)).map((s) => [s.sequence, s]));
  const rules = await readSequenceRules(client, [...here.keys()]);
  const differences: string[] = [];
  const notes: Problem[] = [];
  for (const recorded of sequences) {
    const { sequence } = recorded;
    const [state, rule] = [here.get(sequence), rules.get(sequence)];
    if (state === undefined || rule === undefined) {
      differences.push(`sequence ${sequence} is missing`);
      continue;
    }
    const words = `sequence ${sequence} stands at ${wordsOf(state)}`;
    const order = compareNext(state, recorded, rule);
    if (order === 'behind') {
      differences.push(`${words}, behind ${wordsOf(recorded)}: it would give values again`);
    }
    if (order === 'ahead') {
      const message = `${words}, ahead of ${wordsOf(recorded)} in the backup: it has been used since`;
      notes.push({ code: 'sequence-used', message });
    }
  }
  return { differences, notes };
}

function compareNext(state: Standing, recorded: Standing, rule: SequenceRule) {
  const [next, was] = [nextOf(state, rule), nextOf(recorded, rule)];
  if (next === was) return 'same';
  if (rule.cycle || next === 'none') return 'ahead';
  if (was === 'none') return 'behind';
  return next > was === rule.increment > 0n ? 'ahead' : 'behind';
}

/** The value that the sequence gives next; `none` where it is used up. */
function nextOf({ lastValue, isCalled }: Standing, rule: SequenceRule): bigint | 'none' {
  const next = BigInt(lastValue) + (isCalled ? rule.increment : 0n);
  if (next >= rule.min && next <= rule.max) return next;
  if (!rule.cycle) return 'none';
  return rule.increment > 0n ? rule.min : rule.max;
}

function wordsOf({ lastValue, isCalled }: Standing): string {
  return `(${lastValue}, ${isCalled ? 'called' : 'not called'})`;
}
