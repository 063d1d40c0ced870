import { until } from '../support/until';

describe('until', () => {
  it('looks again while there is no value, and gives the first', async () => {
    const values = [undefined, false, 0, 1] as const;
    let looks = 0;
    expect(await until('a value', () => values[looks++])).toBe(0);
    expect(looks).toBe(3);
  });

  it('looks again while the value is not as wanted', async () => {
    let count = 0;
    expect(await until('three', () => (count += 1), { isSo: (seen) => seen === 3 })).toBe(3);
  });

  it('says after its limit what was waited for, and what was seen last', async () => {
    const waiting = until('two rows', () => ['only one'], {
      isSo: ({ length }) => length === 2,
      limitMs: 1,
    });
    await expect(waiting).rejects.toThrow(
      "waited 0.001 s for nothing: two rows; last: [ 'only one' ]",
    );
  });

  it('rejects at once if looking fails', async () => {
    const broken = until('an answer', () => Promise.reject(new Error('no server')));
    await expect(broken).rejects.toThrow('no server');
  });
});
