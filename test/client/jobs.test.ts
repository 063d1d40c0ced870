import { backupRequest } from '../../client/commands/backup';
import { migrateRequest } from '../../client/commands/migrate';
import { scriptRequest } from '../../client/commands/migrate-project';
import { planRequest } from '../../client/commands/plan';
import { restoreRequest } from '../../client/commands/restore';
import { retryRequest } from '../../client/commands/retry-failed';
import { verifyRequest } from '../../client/commands/verify';

const PROJECT = { projectRef: 'project-abc', database: 'project_abc_db' };
const BACKUP = { backup: 'backup_project-abc_1234567890', database: 'project_abc_db' };

/** Every command whose runs read or write rows of projects. */
const COMMANDS = [
  ['migrate', (jobs: string) => migrateRequest({ ...PROJECT, jobs })],
  ['migrate --dry-run', (jobs: string) => migrateRequest({ ...PROJECT, jobs, dryRun: true })],
  ['migrate --all', (jobs: string) => migrateRequest({ all: true, jobs })],
  ['retry-failed', (jobs: string) => retryRequest({ jobs })],
  ['plan', (jobs: string) => planRequest({ ...PROJECT, jobs })],
  ['backup', (jobs: string) => backupRequest({ ...PROJECT, jobs })],
  ['verify', (jobs: string) => verifyRequest({ ...PROJECT, jobs })],
  ['restore', (jobs: string) => restoreRequest({ ...BACKUP, jobs })],
  ['the script', (jobs: string) => scriptRequest({ ...PROJECT, jobs })],
  ['--backup-only', (jobs: string) => scriptRequest({ ...PROJECT, jobs, backupOnly: true })],
  ['--verify-only', (jobs: string) => scriptRequest({ ...PROJECT, jobs, verifyOnly: true })],
  [
    '--restore',
    (jobs: string) => scriptRequest({ restore: BACKUP.backup, database: BACKUP.database, jobs }),
  ],
] as const;

describe('--jobs', () => {
  it.each(COMMANDS)('goes into the request of %s', (_name, request) => {
    expect(request('1').input).toMatchObject({ jobs: 1 });
    expect(request('16').input).toMatchObject({ jobs: 16 });
  });

  it.each(COMMANDS)(
    'is refused in one message by %s if it is no number in range',
    (_name, request) => {
      for (const wrong of ['0', '17', '1.5', '-1', 'two', '', '0x4', '1e1']) {
        expect(() => request(wrong)).toThrow(/^--jobs must be a whole number from 1 to 16$/);
      }
    },
  );
});
