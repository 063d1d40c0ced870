import { backupRequest } from '../../client/commands/backup';
import { migrateRequest } from '../../client/commands/migrate';
import { planRequest } from '../../client/commands/plan';
import { restoreRequest } from '../../client/commands/restore';
import { retryRequest } from '../../client/commands/retry-failed';
import { verifyRequest } from '../../client/commands/verify';
import { requestFor } from '../../client/requests';
import { UsageError } from '../../client/fault';

const NOW = 1_795_401_096_956;
const FLAGS = { projectRef: 'project-abc', database: 'project_abc_db', owner: 'user-123' };
const FIELDS = {
  projectRef: 'project-abc',
  databaseName: 'project_abc_db',
  ownerUserId: 'user-123',
};
const BACKUP = 'backup_project-abc_1234567890';

describe('the request of a program', () => {
  it('asks Temporal for exactly what the command with the same flags asks for', () => {
    expect(requestFor('migrateProject', { ...FIELDS, replace: true }, NOW)).toEqual(
      migrateRequest({ ...FLAGS, replace: true }, NOW),
    );
    expect(requestFor('planProject', FIELDS, NOW)).toEqual(planRequest(FLAGS, NOW));
    expect(requestFor('backupProject', FIELDS, NOW)).toEqual(backupRequest(FLAGS, NOW));
    expect(
      requestFor('verifyProject', { ...FIELDS, backupId: BACKUP, onDrift: 'fail' }, NOW),
    ).toEqual(verifyRequest({ ...FLAGS, backup: BACKUP, onDrift: 'fail' }, NOW));
    expect(requestFor('migrateAll', { failedOf: 'any', cancelRunning: true }, NOW)).toEqual(
      retryRequest({}, NOW),
    );
  });

  it.each(['restoreProject', 'planRestore'] as const)('names the database of %s', (type) => {
    const asked = requestFor(type, { backupId: BACKUP, databaseName: 'restored_db' }, NOW);
    const dryRun = type === 'planRestore';
    const options = { backup: BACKUP, database: 'restored_db', dryRun };
    expect(asked).toEqual(restoreRequest(options, NOW));
  });

  it('leaves it to the program whether the cancellation of a fleet cancels what runs', () => {
    const { workflowId, input } = requestFor('migrateAll', { canary: 3 }, NOW);
    expect(workflowId).toBe('migrate-all');
    expect(input).toMatchObject({ canary: 3, cancelRunning: false });
  });

  it('names every field that cannot be taken', () => {
    const wrong = (): unknown =>
      requestFor('migrateProject', { projectRef: 'Not A Ref', databaseName: 'template1' }, NOW);
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow(/migrateProject\.projectRef: .+; migrateProject\.databaseName: /);
  });
});
