import { scriptRequest, type ScriptOptions } from '../../client/commands/migrate-project';
import { scriptCommand } from '../../client/commands';
import { retryRequest } from '../../client/commands/retry-failed';

const NOW = 1_700_000_000_000;
const PROJECT = { projectRef: 'project-abc', database: 'project_abc_db' };

const requestFor = (options: ScriptOptions) => scriptRequest(options, NOW);

/** What the script would ask for with these arguments. */
function typed(...args: readonly string[]) {
  const made: unknown[] = [];
  scriptCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action((options: ScriptOptions) => void made.push(requestFor(options)))
    .parse(args, { from: 'user' });
  return made[0];
}

describe('the switches of the script', () => {
  it('leave it a migration if none is given', () => {
    expect(typed('--project-ref=a')).toMatchObject({ workflowType: 'migrateProject' });
  });

  it.each([
    [['--all'], 'migrateAll'],
    [['--backup-only', '--project-ref=a'], 'backupProject'],
    [['--restore=backup_a_1', '--database=b'], 'restoreProject'],
    [['--restore=backup_a_1', '--database=b', '--dry-run'], 'planRestore'],
    [['--verify-only', '--project-ref=a'], 'verifyProject'],
    [['--dry-run', '--project-ref=a'], 'planProject'],
  ])('read %j', (args, workflowType) => {
    expect(typed(...args)).toMatchObject({ workflowType });
  });

  it.each([
    [['--verify-only', '--backup-only'], "'--backup-only' cannot be used with option '--verify-"],
    [['--all', '--backup-only'], "'--backup-only' cannot be used with option '--all'"],
    [['--all', '--dry-run'], "'--all' cannot be used with option '--dry-run'"],
    [['--all', '--restore=backup_a_1'], "cannot be used with option '--all'"],
    [['--all', '--project-ref=a'], "'--all' cannot be used with option '--project-ref <ref>'"],
    [['--restore=backup_a_1', '--backup=backup_a_1'], "with option '--backup <backupId>'"],
  ])('name both that contradict each other: %j', (args, words) => {
    expect(() => typed(...args)).toThrow(words);
  });
});

describe('a request of the script', () => {
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
      undone: 'the migration was not started',
    });
  });

  it.each([
    [{ ...PROJECT, backupOnly: true }, 'backupProject', `backup-project/project-abc-${NOW}`],
    [{ ...PROJECT, verifyOnly: true }, 'verifyProject', `verify-project/project-abc-${NOW}`],
    [{ ...PROJECT, dryRun: true }, 'planProject', `plan-project/project-abc-${NOW}`],
    [{ restore: 'backup_a_1', database: 'db' }, 'restoreProject', 'restore-project/db'],
    [{ all: true }, 'migrateAll', 'migrate-all'],
    [{ all: true, file: 'some.jsonl' }, 'migrateAll', 'migrate-all'],
  ])('calls the run of %j by its workflow id', (flags, workflowType, workflowId) => {
    expect(requestFor(flags)).toMatchObject({ workflowType, workflowId });
  });

  it.each<[ScriptOptions, string]>([
    [{}, '--project-ref is missing'],
    [{ restore: 'backup_a_1' }, '--database is missing'],
    [{ ...PROJECT, projectRef: "a'b" }, '--project-ref must match'],
    [{ ...PROJECT, database: 'Db' }, '--database must match'],
    [{ ...PROJECT, database: 'template1' }, '--database must not be a template database'],
    [{ restore: '../x', database: 'db' }, '--restore must be the name of a backup folder'],
    [{ ...PROJECT, verifyOnly: true, backup: 'a/..' }, '--backup must be the name of a backup'],
    [{ all: true, projectRef: 'a' }, '--project-ref cannot be used with --all'],
    [{ ...PROJECT, backup: 'backup_a_1' }, '--backup cannot be used with migrate'],
    [
      { ...PROJECT, backupOnly: true, replace: true },
      '--replace cannot be used with --backup-only',
    ],
    [{ ...PROJECT, canary: '3' }, '--canary cannot be used with migrate without --all'],
    [
      { ...PROJECT, verifyOnly: true, window: '22:00-05:00' },
      '--window cannot be used with --verify-only',
    ],
    [{ all: true, file: '' }, '--file must be the path of a file'],
    [{ all: true, exclude: 'project-a,B C' }, '--exclude: "B C" is not the ref of a project'],
    [{ ...PROJECT, exclude: 'project-b' }, '--exclude cannot be used with migrate'],
  ])('refuses %j in one message that names the flag', (flags, message) => {
    expect(() => requestFor(flags)).toThrow(message);
  });
});

describe('a request of a fleet', () => {
  const NONE = {
    ...{ replace: false, onDrift: 'report', canary: 0, cancelRunning: true },
    exclude: [] as const,
  };
  const inputOf = (flags: ScriptOptions) => requestFor({ all: true, ...flags }).input;

  it('asks for every configured project, and to restore what runs when it is cancelled', () => {
    expect(inputOf({})).toEqual({ ...NONE, limits: {} });
  });

  it('makes canaries, limits and a window of the flags', () => {
    const flags = {
      ...{ canary: '3', concurrency: '8', perSource: '4', perTarget: '2', maxFailures: '0' },
      ...{ maxFailureRatio: '0.05', window: '22:00-05:00', timezone: 'Europe/Berlin' },
    };
    const window = { from: '22:00', to: '05:00', timezone: 'Europe/Berlin' };
    expect(inputOf(flags)).toEqual({
      ...NONE,
      canary: 3,
      limits: {
        ...{ concurrency: 8, perSource: 4, perTarget: 2, maxFailures: 0, maxFailureRatio: 0.05 },
        window,
      },
    });
    expect(inputOf({ window: '01:00-02:00' })).toHaveProperty('limits.window.timezone', 'UTC');
  });

  it('leaves projects out by their refs', () => {
    const exclude = ['project-a', 'project-b'];
    expect(inputOf({ exclude: 'project-a, project-b' })).toEqual({ ...NONE, exclude, limits: {} });
  });

  it('takes a configured limit away by the word none', () => {
    const limits = { maxFailures: null, window: null };
    expect(inputOf({ maxFailures: 'none', window: 'none' })).toEqual({ ...NONE, limits });
  });

  it.each<[ScriptOptions, string]>([
    [{ canary: 'three' }, '--canary must be a whole number from 0 to 1000'],
    [{ canary: '1001' }, '--canary must be a whole number from 0 to 1000'],
    [{ concurrency: '0' }, '--concurrency must be a whole number from 1 to 500'],
    [{ concurrency: 'none' }, '--concurrency must be a whole number from 1 to 500'],
    [{ concurrency: '501' }, '--concurrency must be a whole number from 1 to 500'],
    [{ concurrency: '0x10' }, '--concurrency must be a whole number from 1 to 500'],
    [{ perSource: '' }, '--per-source must be a whole number from 1'],
    [{ perTarget: '1.5' }, '--per-target must be a whole number from 1'],
    [{ maxFailures: '-1' }, '--max-failures must be a whole number from 0'],
    [{ maxFailureRatio: '1' }, '--max-failure-ratio must be a share from 0 to below 1'],
    [{ window: '22:00' }, '--window must be two times of the day, such as 22:00-05:00'],
    [{ window: '22:00-25:00' }, '--window must be two times of the day'],
    [{ window: '22:00-05:00-06:00' }, '--window must be two times of the day'],
    [{ timezone: 'Europe/Berlin' }, '--timezone cannot be used without --window'],
    [
      { window: '22:00-05:00', timezone: 'Nowhere' },
      '--timezone must be the name of a time zone, such as Europe/Berlin',
    ],
    [
      { concurrency: 'a', perTarget: 'b', canary: 'c' },
      '--canary must be a whole number from 0 to 1000; --concurrency must be a whole number from 1 to 500; --per-target must be a whole number from 1',
    ],
  ])('refuses %j in one message that names the flag', (flags, message) => {
    expect(() => requestFor({ all: true, ...flags })).toThrow(message);
  });
});

describe('a request of retry-failed', () => {
  it('asks for what failed last, in any run or in the fleet named', () => {
    const of = 'fleet_1700000000000_0a1b2c3d';
    expect(retryRequest({}, NOW)).toMatchObject({
      workflowType: 'migrateAll',
      workflowId: 'retry-failed',
      input: { failedOf: 'any', cancelRunning: true },
    });
    expect(retryRequest({ of, concurrency: '2' }, NOW).input).toMatchObject({
      failedOf: of,
      limits: { concurrency: 2 },
    });
  });

  it('refuses what is no fleet', () => {
    expect(() => retryRequest({ of: 'yesterday' }, NOW)).toThrow(
      '--of must be the id of a fleet, for example "fleet_1700000000000_0a1b2c3d", or "any"',
    );
  });
});
