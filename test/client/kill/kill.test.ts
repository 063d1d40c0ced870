import { useOwnServer } from '../../support/harness/own-server';
import { killAndStartAgain, type Aftermath } from './aftermath';
import { isFull, LIMIT } from './form';
import { openGround, type Ground, type View } from './ground';
import { KILLINGS, type Killing } from './machine';
import { inTurn } from './in-turn';
import { ROWS, type Row } from './points';

jest.setTimeout(LIMIT);

/** What a plain test run has time for. */
const SHORT: readonly string[] = [
  'initSchema (absent) when the database is created and has no marker: everything',
  'migrateStorage (absent) between the rows of two tables: group',
  'restoreProject (absent) before the database is dropped: everything',
];

interface Case {
  readonly name: string;
  readonly row: Row;
  readonly killing: Killing;
}

const ALL: readonly Case[] = ROWS.flatMap((row) =>
  KILLINGS.map((killing) => ({
    name: `${row.step} (${row.before}) ${row.what}: ${killing}`,
    row,
    killing,
  })),
);
const CASES = isFull ? ALL : ALL.filter(({ name }) => SHORT.includes(name));
const MIGRATED = CASES.filter(({ row }) => row.step !== 'restoreProject');
const RESTORED = CASES.filter(({ row }) => row.step === 'restoreProject');

let stopServer: () => Promise<void>;
let ground: Ground;
let before: View;
let aftermath: (name: string) => Promise<Aftermath>;

beforeAll(async () => {
  stopServer = await useOwnServer();
  ground = await openGround(CASES.length);
  before = await ground.view();
  aftermath = inTurn(3, CASES, ({ row, killing }) => killAndStartAgain(ground, row, killing));
});

afterAll(async () => {
  await ground.close();
  await stopServer();
});

describe('a script killed by SIGKILL', () => {
  it.each(MIGRATED)('is finished by the next start: $name', async ({ name }) => {
    const { ref, next, held, wanted, marker, ...left } = await aftermath(name);
    expect(next.stderr).toContain(`migrate-project/${ref} is already running: following it`);
    expect(next).toMatchObject({ status: 0 });
    expect(held).toEqual(wanted);
    expect(marker?.state).toBe('completed');
    expectTidy(left, ref);
  });

  it.each(RESTORED)('has its restore finished by the next start: $name', async ({ name, row }) => {
    const { ref, next, before: image, after, ...left } = await aftermath(name);
    expect(next.stderr).toContain(`migrate-project/${ref} is already running: following it`);
    expect(next).toMatchObject({ status: 1 });
    expect(next.stdout).toContain('FAILED and restored: everything is as it was before (verified)');
    expect(after).toEqual(image);
    expectTidy(left, ref, row.before === 'filled' ? 2 : 1);
  });

  it('leaves the source as it was, and nothing on the server but its targets', async () => {
    await Promise.all(CASES.map(({ name }) => aftermath(name).catch(() => undefined)));
    const after = await ground.view();
    expect(after.source).toEqual(before.source);
    expect(after.server).toEqual(before.server);
  });
});

/** Whole backups and nothing else, and no process of the local Temporal server. */
function expectTidy(
  { backups, running }: Pick<Aftermath, 'backups' | 'running'>,
  ref: string,
  count = 1,
): void {
  expect(backups).toHaveLength(count);
  for (const name of backups) expect(name).toMatch(new RegExp(`^backup_${ref}_\\d+(_target)?$`));
  expect(running).toEqual([]);
}
