import { openFleetGround, type FleetGround } from './fleet/ground';
import { storm } from './fleet/storm';

// `npm run test:fleet-faults` moves a thousand.
describe('a fleet with broken projects, a worker that dies and a Temporal that comes back', () => {
  let ground: FleetGround;
  beforeAll(async () => {
    ground = await openFleetGround(25);
  });
  afterAll(() => ground.close());

  it('moves every healthy one, puts every broken one back, and the retry moves exactly those', async () => {
    expect((await storm(ground, 5)).problems).toEqual([]);
  }, 600_000);
});
