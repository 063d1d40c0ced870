import { CONDITIONS } from '../../activities/postgres/errors/classify';
import { FAILURES } from '../../workflows/domain/failure';
import { filesBelow, literalsOf, PRODUCT, textOf } from '../ground/source-files';
import { renderedTables, writtenTables } from './rendered';

/** What cannot come about unless moveout itself is wrong, and what tells the sender of an Update no. */
const INVARIANTS: Readonly<Record<string, number>> = {
  'activities/runtime/attempt.ts': 1,
  'activities/postgres/schema/read-catalog.ts': 1,
  'activities/postgres/schema/snapshot.ts': 1,
  // An environment variable that is misspelt: a program's start, not a run.
  'workflows/domain/log-level.ts': 1,
  'workflows/fleet/updates.ts': 1,
};

describe('the table of failures', () => {
  it('stands in docs/failures.md as it is, with what lands in it', () => {
    expect(writtenTables()).toEqual(renderedTables());
  });

  it('holds no code that nothing uses', () => {
    const isTable = (file: string): boolean => file === 'workflows/domain/failure.ts';
    const files = PRODUCT.flatMap((folder) => filesBelow(folder)).filter((file) => !isTable(file));
    const used = new Set(files.flatMap(literalsOf));
    expect(Object.keys(FAILURES).filter((code) => !used.has(code))).toEqual([]);
  });

  it('goes on trying in a restore what any step tries again', () => {
    const odd = Object.entries(FAILURES).filter(
      ([, kind]) => kind.retryable && !kind.operatorCanFix,
    );
    expect(odd).toEqual([]);
  });

  it('says what happened as the begin of a sentence, and what to do as whole ones', () => {
    const kinds = Object.values(FAILURES);
    expect(kinds.filter(({ meaning }) => !/^[A-Z].*[^.:]$/.test(meaning))).toEqual([]);
    expect(kinds.filter(({ action }) => !/^[A-Z].*\.$/.test(action))).toEqual([]);
  });

  it('is what every error of an activity or a workflow is made of', () => {
    const files = ['activities', 'workflows'].flatMap((folder) => filesBelow(folder));
    const found = files
      .map((file) => [file, textOf(file).match(/\bnew [A-Z]?\w*Error\(/g)?.length ?? 0] as const)
      .filter(([, count]) => count > 0);
    expect(Object.fromEntries(found)).toEqual(INVARIANTS);
  });
});

describe('the map of SQLSTATEs', () => {
  it('names states and classes, and lands no state where its class has it already', () => {
    const names = Object.keys(CONDITIONS);
    expect(names.filter((name) => !/^[0-9A-Z]{2}(?:[0-9A-Z]{3})?$/.test(name))).toEqual([]);
    const idle = Object.entries(CONDITIONS).filter(([name, { code, words }]) => {
      const whole = name.length === 5 ? CONDITIONS[name.slice(0, 2)] : undefined;
      return whole?.code === code && whole.words === words;
    });
    expect(idle).toEqual([]);
  });
});
