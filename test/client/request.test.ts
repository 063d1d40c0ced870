import type { Flags } from '../../client/flags';
import { modeOf, requestOf } from '../../client/request';

const NOW = 1_700_000_000_000;
const PROJECT = { projectRef: 'project-abc', database: 'project_abc_db' };

const requestFor = (flags: Flags) => requestOf(modeOf(flags), flags, NOW);

describe('modeOf', () => {
  it('is a migration where no flag says otherwise', () => {
    expect(modeOf(PROJECT)).toBe('migrate');
  });

  it.each([
    [{ all: true }, 'all'],
    [{ backupOnly: true }, 'backup'],
    [{ restore: 'backup_a_1' }, 'restore'],
    [{ verifyOnly: true }, 'verify'],
    [{ dryRun: true }, 'plan'],
  ])('reads %j', (flags, mode) => {
    expect(modeOf(flags)).toBe(mode);
  });

  it('names both flags that contradict each other', () => {
    expect(() => modeOf({ verifyOnly: true, backupOnly: true })).toThrow(
      '--backup-only and --verify-only contradict each other',
    );
  });
});

describe('requestOf', () => {
  it('makes the input of a migration with the defaults filled in', () => {
    expect(requestFor({ ...PROJECT, owner: 'user-123' })).toEqual({
      workflowType: 'migrateProject',
      workflowId: 'migrate-project/project-abc',
      input: {
        projectRef: 'project-abc',
        databaseName: 'project_abc_db',
        ownerUserId: 'user-123',
        replace: false,
        unclaimed: true,
        onDrift: 'report',
      },
      summary: 'project-abc → project_abc_db',
      projectRef: 'project-abc',
      databaseName: 'project_abc_db',
    });
  });

  it.each([
    [{ ...PROJECT, backupOnly: true }, 'backupProject', `backup-project/project-abc-${NOW}`],
    [{ ...PROJECT, verifyOnly: true }, 'verifyProject', `verify-project/project-abc-${NOW}`],
    [{ ...PROJECT, dryRun: true }, 'planProject', `plan-project/project-abc-${NOW}`],
    [{ restore: 'backup_a_1', database: 'db' }, 'restoreProject', 'restore-project/db'],
    [{ all: true }, 'migrateAll', 'migrate-all'],
  ])('calls the run of %j by its workflow id', (flags, workflowType, workflowId) => {
    expect(requestFor(flags)).toMatchObject({ workflowType, workflowId });
  });

  it.each<[Flags, string]>([
    [{}, '--project-ref is missing'],
    [{ restore: 'backup_a_1' }, '--database is missing'],
    [{ ...PROJECT, projectRef: "a'b" }, '--project-ref must match'],
    [{ ...PROJECT, database: 'Db' }, '--database must match'],
    [{ ...PROJECT, database: 'postgres' }, '--database must not be postgres'],
    [{ restore: '../x', database: 'db' }, '--restore must be the name of a backup folder'],
    [{ ...PROJECT, verifyOnly: true, backup: 'a/..' }, '--backup must be the name of a backup'],
    [{ all: true, projectRef: 'a' }, '--project-ref says nothing to --all'],
    [{ ...PROJECT, backup: 'backup_a_1' }, '--backup says nothing to a migration'],
    [{ ...PROJECT, backupOnly: true, replace: true }, '--replace says nothing to a backup'],
  ])('refuses %j in one message that names the flag', (flags, message) => {
    expect(() => requestFor(flags)).toThrow(message);
  });
});
