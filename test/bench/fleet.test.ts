import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fleetBenchResult } from '../../bench/fleet/fleet-schema';
import { openBenchPlace } from './bench-place';

it('bench fleet moves small projects, then single ones, and compares with the loop of peers', async () => {
  const place = openBenchPlace();
  try {
    const file = path.join(place.folder, 'figures.json');
    const bench = place.start('fleet', '--projects=2', `--out=${file}`);
    const status = await bench.ended;
    expect(bench.said()).toContain('A fleet of 2 projects out of 7');
    expect(status).toBe(0);
    const { fleets, missing } = fleetBenchResult.parse(JSON.parse(readFileSync(file, 'utf8')));
    const [fleet] = fleets;
    expect(fleet).toMatchObject({ moved: 2, migrated: 2, statements: [], usual: { projects: 5 } });
    for (const steps of [fleet?.steps, fleet?.usual.steps])
      expect(steps?.map(({ step }) => step)).toEqual(
        expect.arrayContaining(['planMigration', 'verifyProject']),
      );
    if (missing.length === 0)
      expect(fleet?.peer?.ratio).toBe((fleet?.seconds ?? 0) / (fleet?.peer?.seconds ?? 0));
    expect(place.left()).toEqual([]);
  } finally {
    await place.close();
  }
});
