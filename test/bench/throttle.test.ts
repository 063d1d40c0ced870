import { readFileSync } from 'node:fs';
import path from 'node:path';
import { throttleBenchResult } from '../../bench/throttle/throttle-schema';
import { openBenchPlace } from './bench-place';

it('bench throttle measures a neighbour alone, beside a move, and beside a move with the throttle on', async () => {
  const place = openBenchPlace();
  try {
    const file = path.join(place.folder, 'figures.json');
    const load = ['--clients=2', '--rate=20', '--quiet=2', '--max-active=1'];
    const bench = place.start('throttle', '--users=50', ...load, `--out=${file}`);
    const status = await bench.ended;
    expect(bench.said()).toContain('throttle on');
    expect(status).toBe(0);
    const { phases, throttle } = throttleBenchResult.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(throttle).toEqual({ maxActiveSessions: 1, every: '100ms', perProject: 1 });
    expect(phases.map(({ phase }) => phase)).toEqual(['quiet', 'throttle off', 'throttle on']);
    const [quiet, off, on] = phases;
    expect([quiet?.ratio, quiet?.move]).toEqual([1, undefined]);
    for (const moved of [off, on]) {
      expect(moved?.ratio).toBe((moved?.p95 ?? 0) / (quiet?.p95 ?? 0));
      expect(moved?.move?.steps.map(({ step }) => step)).toContain('verifyProject');
    }
    expect(place.left()).toEqual([]);
  } finally {
    await place.close();
  }
});

it.each([
  ['--clients=0', '--clients must be a whole number from 1 to 64'],
  ['--every=fast', '--every must be a time such as 500ms or 2s'],
])('bench throttle refuses %s in one message', async (flag, words) => {
  const place = openBenchPlace();
  try {
    const bench = place.start('throttle', flag);
    expect(await bench.ended).toBe(2);
    expect(bench.said()).toContain(words);
  } finally {
    await place.close();
  }
});
