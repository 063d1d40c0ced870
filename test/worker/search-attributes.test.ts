import { NativeConnection } from '@temporalio/worker';
import { ensureSearchAttributes } from '../../worker/search-attributes';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';

describe('ensureSearchAttributes', () => {
  let connection: NativeConnection;
  beforeAll(async () => {
    const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
    connection = await NativeConnection.connect({ address });
  });
  afterAll(() => connection.close());

  it('makes the namespace know them, and again changes nothing', async () => {
    await ensureSearchAttributes(connection, 'default');
    await ensureSearchAttributes(connection, 'default');
    const known = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    const names = Object.keys(known.customAttributes);
    expect(names).toEqual(expect.arrayContaining(Object.values(SEARCH_ATTRIBUTES)));
  });

  it('fails in a namespace that does not exist', async () => {
    await expect(ensureSearchAttributes(connection, 'no-such-namespace')).rejects.toThrow();
  });
});
