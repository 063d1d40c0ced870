import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { runProgram } from '../../local/temporal-cli/run-program';
import { ensureSearchAttributes, type TemporalServices } from '../../worker/search-attributes';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { until } from '../support/until';
import { temporal } from '../workflows/upgrade/temporal';

const NAMES = Object.values(SEARCH_ATTRIBUTES);

/** As gRPC's errors are. */
class Denied extends Error {
  readonly details = 'Request unauthorized.';

  constructor(readonly code: number) {
    super('Request unauthorized.');
  }
}

describe('ensureSearchAttributes', () => {
  let connection: NativeConnection;
  beforeAll(async () => {
    const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
    connection = await NativeConnection.connect({ address });
  });
  afterAll(() => connection.close());

  /** A namespace whose worker may neither list nor add search attributes, as on Temporal Cloud. */
  function cloud(code: number): TemporalServices {
    const deny = (): Promise<never> => Promise.reject(new Denied(code));
    return {
      operatorService: { listSearchAttributes: deny, addSearchAttributes: deny },
      workflowService: connection.workflowService,
    };
  }

  async function newNamespace(): Promise<string> {
    const name = `attributes-${randomUUID()}`;
    await temporal('operator', 'namespace', 'create', '--namespace', name);
    await until('the namespace', async () => {
      const count = connection.workflowService.countWorkflowExecutions({ namespace: name });
      return count.then(
        () => true,
        () => false,
      );
    });
    return name;
  }

  it('makes the namespace know them, and again changes nothing', async () => {
    await ensureSearchAttributes(connection, 'default');
    await ensureSearchAttributes(connection, 'default');
    const known = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(known.customAttributes)).toEqual(expect.arrayContaining([...NAMES]));
  });

  it('fails in a namespace that does not exist', async () => {
    await expect(ensureSearchAttributes(connection, 'no-such-namespace')).rejects.toThrow();
  });

  it.each([7, 12, 16])(
    'names what is missing and the commands, if it may not create them: gRPC status %s',
    async (code) => {
      const namespace = await newNamespace();
      const refused = ensureSearchAttributes(cloud(code), namespace);
      const message = await refused.then(
        () => '',
        (error: unknown) => (error instanceof Error ? error.message : ''),
      );
      for (const name of NAMES) expect(message).toContain(`"${name}=Keyword"`);
      const line = message.split('\n').find((one) => one.includes('temporal operator'));
      const [, ...args] = line?.trim().split(' ') ?? [];
      await runProgram({
        file: process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? 'temporal',
        args: [...args, '--address', process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? ''],
        limitMs: 60_000,
      });
      await until('the search attributes', async () => {
        const known = await connection.operatorService.listSearchAttributes({ namespace });
        return NAMES.every((name) => name in known.customAttributes);
      });
      await expect(ensureSearchAttributes(cloud(code), namespace)).resolves.toBeUndefined();
    },
  );

  it('passes on what is no refusal', async () => {
    await expect(ensureSearchAttributes(cloud(13), 'default')).rejects.toThrow('unauthorized');
  });
});
