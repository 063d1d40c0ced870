import { Client } from 'pg';
import { z } from 'zod';
import { CatalogCache } from '../../../../activities/postgres/catalog/cache';
import { transaction } from '../../../../activities/postgres/session/transaction';
import { until } from '../../../support/until';
import { Databases, run } from '../schema/databases';
import { lastCheckpoint } from './last-checkpoint';
import { inside, whileRolesRest } from './readings';

const databases = new Databases();
let database: string;
let made: number;

beforeAll(async () => {
  database = await databases.create('CREATE TABLE public.things (id int)');
});
beforeEach(() => {
  made = 0;
});
afterAll(() => databases.dropAll());

/** Recalls in a snapshot of its own; `meanwhile` runs while the value is made. */
function getValue(
  cache: CatalogCache<number>,
  name: string,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  return inside(name, (client) =>
    transaction(client, 'read-snapshot', () =>
      cache.getOrLoad(client, ['what'], async () => {
        await meanwhile();
        made += 1;
        return made;
      }),
    ),
  );
}

/** The kinds of fingerprints that are read while `use` runs. */
async function fingerprintsRead(use: () => Promise<unknown>): Promise<readonly string[]> {
  const query = jest.spyOn(Client.prototype, 'query');
  try {
    await use();
    const names = query.mock.calls.map(([asked]) => named.safeParse(asked).data?.name ?? '');
    return names.flatMap((name) => /^moveout fingerprint (content|versions)/.exec(name)?.[1] ?? []);
  } finally {
    query.mockRestore();
  }
}

const named = z.object({ name: z.string() });

describe('CatalogCache', () => {
  it('makes a value once for a database and its clones', async () => {
    const clone = await databases.create('', database);
    const values = await whileRolesRest(async () => {
      made = 0;
      const cache = new CatalogCache<number>();
      const first = await getValue(cache, database);
      const again = await getValue(cache, database);
      return [first, again, await getValue(cache, clone)];
    });
    expect(values).toEqual([1, 1, 1]);
  });

  it('reads what stands in a catalog once until the next checkpoint', async () => {
    const readings = await whileRolesRest(async () => {
      made = 0;
      const cache = new CatalogCache<number>();
      const between = await until('two recalls between two checkpoints', async () => {
        const began = await inside(database, lastCheckpoint);
        await getValue(cache, database);
        const kinds = await fingerprintsRead(() => getValue(cache, database));
        return (await inside(database, lastCheckpoint)) === began ? kinds : undefined;
      });
      await run(database, 'CHECKPOINT');
      const after = await fingerprintsRead(() => getValue(cache, database));
      return { between, after, made };
    });
    expect(readings.between).toEqual(['versions']);
    expect(readings.after).toEqual(['versions', 'content']);
    expect(readings.made).toBe(1);
  });

  it('makes it again once the catalog has changed', async () => {
    const cache = new CatalogCache<number>();
    const changing = await databases.create('', database);
    await getValue(cache, changing);
    await run(changing, 'ALTER TABLE public.things ADD COLUMN more int');
    expect(await getValue(cache, changing)).toBe(2);
  });

  it('makes each thing apart', async () => {
    const cache = new CatalogCache<string>();
    const values = await inside(database, (client) =>
      transaction(client, 'read-snapshot', async () => [
        await cache.getOrLoad(client, 'a', () => Promise.resolve('of a')),
        await cache.getOrLoad(client, 'b', () => Promise.resolve('of b')),
        await cache.getOrLoad(client, 'a', () => Promise.resolve('again')),
      ]),
    );
    expect(values).toEqual(['of a', 'of b', 'of a']);
  });

  it('keeps nothing that was made while the catalog changed, not even where it changed back', async () => {
    const cache = new CatalogCache<number>();
    const changing = await databases.create('', database);
    await getValue(cache, changing, () =>
      run(
        changing,
        'ALTER TABLE public.things RENAME TO others; ALTER TABLE public.others RENAME TO things',
      ),
    );
    expect(await getValue(cache, changing)).toBe(2);
    expect(await getValue(cache, changing)).toBe(2);
  });

  it('remembers nothing in a session that may write', async () => {
    const cache = new CatalogCache<number>();
    await getValue(cache, database);
    const value = await inside(database, (client) =>
      transaction(client, 'write', () =>
        cache.getOrLoad(client, ['what'], () => Promise.resolve(7)),
      ),
    );
    expect(value).toBe(7);
  });
});
