import { openCaseBed, type CaseBed } from './bed';
import type { Case } from './case';
import { CASES } from './cases';

/** With `MOVEOUT_CASES=all` each case is played, else those of the short form. */
const chosen = CASES.filter(
  ({ short }) => short === true || process.env['MOVEOUT_CASES'] === 'all',
);

describe('a situation of a real operator', () => {
  let bed: CaseBed;
  beforeAll(async () => {
    bed = await openCaseBed();
  });
  afterAll(() => bed.close());

  it.each(chosen)('$name', async (tried: Case) => {
    const { plan, ending, held, later, said } = await bed.play(tried);
    const { expected, secret } = tried;
    if (secret !== undefined) expect(said).not.toContain(secret);
    const lines = (findings: typeof plan.problems): string =>
      findings.map(({ code, message }) => `${code}: ${message}`).join('\n');
    if ('problems' in expected) {
      for (const line of expected.problems) expect(lines(plan.problems)).toMatch(line);
      return;
    }
    expect(lines(plan.problems)).toBe('');
    expect(ending?.message).toBe('');
    expect(ending?.report?.outcome).toBe('migrated');
    expect(held).toBe(true);
    expect({ verified: later?.report?.outcome, message: later?.message }).toEqual({
      ...{ verified: 'verified', message: '' },
    });
    for (const line of expected.warnings ?? []) expect(lines(plan.warnings)).toMatch(line);
  });
});
