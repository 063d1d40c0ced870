import { SESSIONS_TO_READ, SESSIONS_TO_WRITE } from '../../activities/postgres/checks/session-room';
import { LIMITS } from '../../workflows/domain/limits';
import { textOf } from '../ground/source-files';

const WORDS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'] as const;

describe('docs/limits.md', () => {
  it.each([
    ['`--all` moves % projects concurrently', LIMITS.concurrency],
    ['needs % concurrent sessions** on the target', SESSIONS_TO_WRITE],
    ['s server and % on the source', SESSIONS_TO_READ],
  ])('says the number of the code: %s', (sentence, number) => {
    expect(textOf('docs/limits.md')).toContain(sentence.replace('%', WORDS[number] ?? ''));
  });
});
