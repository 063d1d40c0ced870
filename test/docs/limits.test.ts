import { sessionsToRead, sessionsToWrite } from '../../workflows/domain/sessions';
import { LIMITS } from '../../workflows/domain/limits';
import { textOf } from '../ground/source-files';

const WORDS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'] as const;

describe('docs/limits.md', () => {
  it.each([
    ['`--all` moves % projects concurrently', LIMITS.concurrency],
    ['needs % concurrent sessions** on the target', sessionsToWrite(2)],
    ['s server and % on the source', sessionsToRead(2)],
  ])('says the number of the code: %s', (sentence, number) => {
    expect(textOf('docs/limits.md')).toContain(sentence.replace('%', WORDS[number] ?? ''));
  });
});
