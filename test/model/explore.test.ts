import { explore, type Findings } from './explore';
import { ALL, GUARDS, without, type Guard } from './guards';
import { alone, pair, SECOND_LINE, WEAKNESSES } from './weaknesses';

/** Late attempts at the same time. Two take ten times as long as one, even without the middle steps. */
const LATE = Number(process.env['MOVEOUT_MODEL_LATE'] ?? '1');

/** Shows a way to a broken promise, action by action, where that is asked for. */
function show(missing: readonly Guard[], { broken, states }: Findings): void {
  if (process.env['MOVEOUT_MODEL_TRACES'] !== '1' || broken === undefined) return;
  const words = missing.map((guard) => GUARDS[guard]).join(', and ');
  const lines = broken.trace.map((action) => `    ${action}`);
  process.stdout.write(
    `without: ${words}\n  ${broken.promise} (${states} states)\n${lines.join('\n')}\n`,
  );
}

describe('explore', () => {
  it.each(['absent', 'empty', 'filled'] as const)(
    'finds the three endings and no fourth for one run, the target before: %s',
    (kind) => {
      const whole = { ...alone(kind), short: LATE > 1, late: LATE, guards: without() };
      const { broken, states, ends } = explore(whole);
      expect(broken).toBeUndefined();
      expect(states).toBeGreaterThan(10_000);
      expect(ends).toBeGreaterThan(3);
    },
  );

  it('finds no fourth where a stranger creates the target meanwhile', () => {
    const where = { ...alone('absent'), stranger: true, atOnce: true };
    expect(explore({ ...where, guards: without() }).broken).toBeUndefined();
  });

  it.each([
    ['empty', { A: false, B: false }],
    ['empty', { A: false, B: true }],
    ['absent', { A: false, B: true }],
    ['filled', { A: true, B: true }],
  ] as const)(
    'finds no fourth for two runs, the target before: %s, replacing: %j',
    (kind, replace) => {
      expect(explore({ ...pair(kind, replace), guards: without() }).broken).toBeUndefined();
    },
  );

  it.each(WEAKNESSES)('finds a broken promise without $missing', ({ missing, where, promise }) => {
    const findings = explore({ ...where, guards: without(...missing) });
    show(missing, findings);
    expect(findings.broken?.promise).toBe(promise);
  });

  it('finds that the others make up for a second line that is missing as a whole', () => {
    expect(explore({ ...alone('empty'), guards: without(...SECOND_LINE) }).broken).toBeUndefined();
  });

  it('knows of every guard what it is for', () => {
    const needed = WEAKNESSES.filter(({ missing }) => missing.length === 1);
    const known = [...needed.flatMap(({ missing }) => missing), ...SECOND_LINE];
    expect([...known].sort()).toEqual([...ALL].sort());
  });
});
