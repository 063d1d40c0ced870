import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../../local/temporal-cli';
import { runScript, saidBy, startScript, type Surroundings } from './script';
import { studioPlace, type Place } from './studio-database';

const MAIN = path.join(packageRoot(), 'dist', 'client', 'main.js');

let place: Place;

beforeAll(async () => {
  place = await studioPlace(5);
});

afterAll(() => place.clear());

const surroundings = (): Surroundings => ({
  ...{ cwd: place.folder, program: 'main' },
  env: place.env,
});

/** Starts the program; what it says is read by whoever wants it. */
function spawnMoveout(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const { cwd, env } = surroundings();
  return spawn(process.execPath, [MAIN, ...args], {
    ...{ cwd, env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const migrate = (number: string, ...more: readonly string[]): readonly string[] => [
  ...['migrate', `--project-ref=project-${number}`, `--database=${place.target(number)}`],
  ...['--owner=user-123', `--backup-dir=${place.folder}/backups-${number}`, ...more],
];

describe('a closed stdout and stderr', () => {
  it.each([
    ['abc', []],
    ['003', ['--json']],
  ])('do not end a migration, whose exit status is its own: %s %j', async (number, more) => {
    const child = spawnMoveout(migrate(number, ...more));
    child.stderr.once('data', () => {
      child.stderr.destroy();
      child.stdout.destroy();
    });
    await once(child, 'exit');
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
    const [users] = await place.rows(place.target(number), 'SELECT count(*)::int FROM auth.users');
    expect(users).toEqual({ count: 12 });
  });

  it('leave the status of help and of a refusal as they are', async () => {
    for (const [args, status] of [
      [['--help'], 0],
      [['migrate', '--help'], 0],
      [['migrate', '--nonsense'], 2],
    ] as const) {
      const child = spawnMoveout(args);
      child.stderr.destroy();
      child.stdout.destroy();
      await once(child, 'exit');
      expect([args, child.exitCode]).toEqual([args, status]);
    }
  });

  it('leave nothing but what was read: help | head -1', async () => {
    const line = `"${process.execPath}" "${MAIN}" --help | head -1`;
    const shell = spawn('bash', ['-o', 'pipefail', '-c', line], { stdio: 'pipe' });
    const said: string[] = [];
    shell.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await once(shell, 'close');
    expect([shell.exitCode, said]).toEqual([0, []]);
  });
});

/** Runs the program with its stdout on a file; resolves with its exit status and what stderr says. */
async function withStdoutAt(file: string, args: readonly string[]): Promise<readonly unknown[]> {
  const out = openSync(file, 'w');
  const { cwd, env } = surroundings();
  const child = spawn(process.execPath, [MAIN, ...args], {
    ...{ cwd, env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env } },
    stdio: ['ignore', out, 'pipe'],
  });
  const [said] = await Promise.all([child.stderr && text(child.stderr), once(child, 'close')]);
  closeSync(out);
  return [child.exitCode, said];
}

const LOST = 'stdout cannot be written (ENOSPC): the answer is not whole. Let stdout go';

describe('a stdout that cannot be written', () => {
  const target = (): readonly string[] => [
    ...['--project-ref=project-005', `--database=${place.target('005')}`],
    ...['--owner=user-123', `--backup-dir=${place.folder}/backups-005`],
  ];

  it.each([
    ['--help', ['--help']],
    ['--version', ['--version']],
    ['help of a command', ['migrate', '--help']],
    ['fleet', ['fleet']],
  ])('loses the answer of a command that only answers: %s', async (_name, args) => {
    expect(await withStdoutAt('/dev/full', args)).toEqual([74, expect.stringContaining(LOST)]);
  });

  it.each([['plan'], ['plan', '--json'], ['migrate', '--dry-run']])(
    'loses a plan: %s %s',
    async (...args) => {
      const [status, said] = await withStdoutAt('/dev/full', [...args, ...target()]);
      expect([status, said]).toEqual([74, expect.stringContaining(LOST)]);
    },
  );

  it('leaves the status of a refusal, and of a migration that goes on', async () => {
    const refused = await withStdoutAt('/dev/full', ['plan', '--nonsense', '--json']);
    expect(refused).toEqual([2, expect.stringContaining(LOST)]);
    const migrated = await withStdoutAt('/dev/full', ['migrate', ...target()]);
    expect(migrated).toEqual([0, expect.stringContaining(LOST)]);
    const [users] = await place.rows(place.target('005'), 'SELECT count(*)::int FROM auth.users');
    expect(users).toEqual({ count: 12 });
    const verified = await withStdoutAt('/dev/full', ['verify', ...target(), '--json']);
    expect(verified).toEqual([74, expect.stringContaining(LOST)]);
  });

  it('is noticed if only a part of the answer is written', async () => {
    const file = path.join(place.folder, 'answer');
    // A limit of one block for each file: what is longer is written in part, as on a disk with little room.
    const line = `trap "" XFSZ; ulimit -f 1; exec "${process.execPath}" "${MAIN}" migrate --help > "${file}"`;
    const shell = spawn('bash', ['-c', line], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said] = await Promise.all([text(shell.stderr), once(shell, 'close')]);
    expect([shell.exitCode, said]).toEqual([74, expect.stringContaining('(EFBIG)')]);
  });
});

describe('a program of moveout', () => {
  const programs: readonly (readonly [string, string])[] = [
    ['throws', `setImmediate(() => { throw new TypeError('secret') })`],
    ['rejects', `Promise.reject(new Error('secret'))`],
    ['throws no error', `setImmediate(() => { throw 'secret' })`],
    ['ends with its work undone', `new Promise(() => undefined)`],
  ];

  it.each(programs)('exits 70 where it %s, and tells no message', async (_how, code) => {
    const begin = path.join(packageRoot(), 'dist', 'worker', 'program.js');
    const program = `require(${JSON.stringify(begin)}).beginProgram(); ${code}`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await once(child, 'close');
    expect(child.exitCode).toBe(70);
    expect(said.join('')).not.toContain('secret');
  });

  it('detaches from its run when its terminal is closed, and the next start finishes it', async () => {
    const running = startScript(migrate('004'), surroundings());
    await saidBy(running, 'project-004 →');
    running.child.kill('SIGHUP');
    const { status, stderr } = await running.ended;
    expect([status, stderr]).toEqual([
      130,
      expect.stringContaining('Interrupted: migrate-project'),
    ]);
    const next = await runScript(migrate('004'), surroundings());
    expect(next.status).toBe(0);
  });
});
