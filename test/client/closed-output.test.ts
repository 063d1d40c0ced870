import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../../local/temporal-cli';
import { runScript, saidBy, startScript, type Surroundings } from './script';
import { studioPlace, type Place } from './studio-database';

const MAIN = path.join(packageRoot(), 'dist', 'client', 'main.js');

let place: Place;

beforeAll(async () => {
  place = await studioPlace(4);
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

  it('are told apart from a full disk, of which stderr speaks', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', full, 'pipe'] });
    const said: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await once(child, 'close');
    closeSync(full);
    expect(said.join('')).toBe('stdout cannot be written (ENOSPC): the answer is not whole\n');
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

  it('lets go of its run when its terminal is closed, and the next start finishes it', async () => {
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
