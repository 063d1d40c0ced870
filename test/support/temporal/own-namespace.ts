import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { given } from '../../ground/given';
import { until } from '../until';

/**
 * Makes a namespace that no other test file has on the tests' Temporal: the workflow ids of the
 * programs are the same everywhere.
 */
export async function ownNamespace(of: string): Promise<string> {
  const namespace = `${of}-${randomBytes(4).toString('hex')}`;
  const connection = await Connection.connect({ address: given('MOVEOUT_TEST_TEMPORAL_ADDRESS') });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await until(`namespace ${namespace}`, async () => {
      const isThere = await Promise.all([
        connection.operatorService.listSearchAttributes({ namespace }),
        connection.workflowService.listWorkflowExecutions({ namespace }),
      ]).then(
        () => true,
        () => false,
      );
      return isThere ? true : undefined;
    });
  } finally {
    await connection.close();
  }
  return namespace;
}
