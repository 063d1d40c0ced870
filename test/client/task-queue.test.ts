import { hasPassword, taskQueueOf } from '../../client/task-queue';

const URL_OF = (password: string) => `postgresql://user${password}@localhost:5432/postgres`;

describe('taskQueueOf', () => {
  it('is the shared one where no flag names a place', () => {
    expect(taskQueueOf({}, {})).toBe('moveout');
    expect(taskQueueOf({}, { MOVEOUT_TASK_QUEUE: 'other' })).toBe('other');
  });

  it('is private and the same for the same places, whatever the password', () => {
    const queue = taskQueueOf({ connectionString: URL_OF(':one') }, {});
    expect(queue).toMatch(/^moveout-[0-9a-f]{16}$/);
    expect(taskQueueOf({ connectionString: URL_OF(':two') }, {})).toBe(queue);
    expect(taskQueueOf({ connectionString: URL_OF('') }, {})).toBe(queue);
  });

  it('tells places apart', () => {
    const queues = [
      { backupDirectory: '/a' },
      { backupDirectory: '/b' },
      { config: '/a' },
      { connectionString: URL_OF('') },
    ].map((places) => taskQueueOf(places, {}));
    expect(new Set(queues).size).toBe(queues.length);
  });

  it('takes a relative folder as the folder that it is', () => {
    expect(taskQueueOf({ backupDirectory: 'backups' }, {})).toBe(
      taskQueueOf({ backupDirectory: `${process.cwd()}/backups` }, {}),
    );
  });
});

describe('hasPassword', () => {
  it('sees one in the user info and in the parameters', () => {
    expect(hasPassword(URL_OF(':secret'))).toBe(true);
    expect(hasPassword(`${URL_OF('')}?password=secret`)).toBe(true);
    expect(hasPassword(URL_OF(''))).toBe(false);
  });
});
