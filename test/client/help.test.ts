import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../local/temporal-cli';

const start = promisify(execFile);

/** Runs `moveout` from the built program; rejects if it ends with another status than 0. */
async function moveout(...args: readonly string[]): Promise<string> {
  const main = path.join(packageRoot(), 'dist', 'client', 'main.js');
  const { stdout, stderr } = await start(process.execPath, [main, ...args]);
  expect(stderr).toBe('');
  return stdout;
}

/** The modules of Temporal that a process has loaded by the time it ends. */
const TELLS_LOADED = `
  process.on('exit', () => {
    const loaded = Object.keys(require.cache).filter((file) => /@temporalio|@grpc/.test(file));
    process.stdout.write('\\nloaded: ' + JSON.stringify(loaded));
  });
  require('./dist/client/main.js');
`;

const COMMANDS = [
  'demo',
  'plan',
  'migrate',
  'retry-failed',
  'backup',
  'verify',
  'restore',
  'restore-pending',
  'reconcile',
  'worker',
];
const OF_FLEET = ['status', 'pause', 'resume', 'stop', 'limits'];
const OF_SCHEDULE = ['create', 'list', 'pause', 'resume', 'trigger', 'delete'];

describe('moveout', () => {
  it.each([
    ['help', '--help', 0],
    ['a wrong request', 'migrate --project-ref=A', 2],
    ['a wrong limit', 'fleet limits --concurrency=none', 2],
  ])(
    'loads nothing of Temporal for %s, which takes longer than the rest',
    (_what, args, status) => {
      const words = ['-e', TELLS_LOADED, 'moveout', ...args.split(' ')];
      const options = { cwd: packageRoot(), encoding: 'utf8' } as const;
      const ended = spawnSync(process.execPath, words, options);
      expect(ended.status).toBe(status);
      expect(ended.stdout).toMatch(/loaded: \[\]$/);
    },
  );

  it('prints its version', async () => {
    const file = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
    const expected = /"version": "([^"]+)"/.exec(file)?.[1];
    expect(await moveout('--version')).toBe(`${expected ?? ''}\n`);
    expect(await moveout('-V')).toBe(`${expected ?? ''}\n`);
  });

  it.each([
    { args: [], listed: [...COMMANDS, 'fleet', 'schedule'] },
    { args: ['fleet'], listed: OF_FLEET },
    { args: ['schedule'], listed: OF_SCHEDULE },
  ])('prints the help of $args if it is called without a command', async ({ args, listed }) => {
    const help = await moveout(...args);
    expect(help).toBe(await moveout(...args, '--help'));
    for (const name of listed) expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  it.each([
    ...COMMANDS.map((name) => [name]),
    ...OF_FLEET.map((name) => ['fleet', name]),
    ...OF_SCHEDULE.map((name) => ['schedule', name]),
  ])('has help for %s %s', async (...args) => {
    const help = await moveout(...args.filter((one) => typeof one === 'string'), '--help');
    expect(help).toMatch(/^Usage: moveout /);
  });

  it.each([
    { args: ['plan', '--projectref=a'], hint: 'moveout plan --help' },
    { args: ['fleet', 'status', '--nope'], hint: 'moveout fleet status --help' },
    { args: ['--nope'], hint: 'moveout --help' },
  ])('names the help of the command that was called: $hint', async ({ args, hint }) => {
    await expect(moveout(...args)).rejects.toThrow(`see ${hint}`);
  });

  it('refuses a command that it does not have', async () => {
    await expect(moveout('pln')).rejects.toMatchObject({ code: 2 });
    await expect(moveout('fleet', 'stat')).rejects.toMatchObject({ code: 2 });
  });
});
