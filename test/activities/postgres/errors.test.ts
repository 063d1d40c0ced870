import { conditionOf } from '../../../activities/postgres/errors/classify';
import { createDatabase, dropDatabases, urlOf } from '../../support/harness/databases';
import { landing, run } from '../../errors/landing';

describe('conditionOf', () => {
  it('knows a state by its own name before that of its class', () => {
    expect(conditionOf('53100')?.code).toBe('DiskFull');
    expect(conditionOf('53999')?.code).toBe('ServerBusy');
    expect(conditionOf('ZZ999')).toBeUndefined();
    expect(conditionOf('')).toBeUndefined();
  });
});

describe('databaseFailure', () => {
  afterAll(dropDatabases);

  it('names the place, the state and what to look at', async () => {
    const database = await createDatabase('sqlstate');
    const found = await landing(run(urlOf(database), 'SELECT * FROM public.gone'));
    expect(found.message).toBe(
      `database "${database}" on connection "here": a statement was refused: relation "public.gone" does not exist [SQLSTATE 42P01]`,
    );
  });

  it('gives a failure of the table back as it is', async () => {
    const found = await landing(run('mysql://u:hunter2@host/x', 'SELECT 1'));
    expect(found).toMatchObject({ code: 'ConfigInvalid', isRetried: false });
    expect(found.message).toContain('is not a URL of the form');
    expect(found.kept).not.toContain('hunter2');
  });
});
