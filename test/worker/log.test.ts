import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { packageRoot } from '../../local/temporal-cli';
import { runScript } from '../client/script';
import { studioPlace, type Place } from '../client/studio-database';
import { until } from '../support/until';

const line = z.looseObject({
  level: z.enum(['info', 'warn', 'error']),
  time: z.iso.datetime(),
  msg: z.string(),
});

let place: Place;
let worker: NpmRun;

/** A program that npm started, in a process group of its own, and what it says on stderr. */
interface NpmRun {
  readonly child: ChildProcessByStdio<null, null, Readable>;
  readonly said: () => string;
}

/** Starts a script of package.json, as an operator does. */
async function npmRun(words: string, ...args: readonly string[]): Promise<NpmRun> {
  const child = spawn('npm', ['run', '--silent', ...args], {
    cwd: packageRoot(),
    env: {
      ...{ PATH: process.env['PATH'], HOME: place.folder, ...place.env },
      MOVEOUT_CONFIG: path.join(place.folder, 'moveout.config.yaml'),
    },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until(words, () => said.includes(words));
  return { child, said: () => said };
}

/** Asks npm to end, and fails where any process of its group stays. */
async function expectEndOf({ child }: NpmRun): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  expect(() => process.kill(-(child.pid ?? NaN), 0)).toThrow(/ESRCH/);
}

const lines = () =>
  worker
    .said()
    .trim()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)));

beforeAll(async () => {
  place = await studioPlace(3);
  const config = path.join(place.folder, 'moveout.config.yaml');
  writeFileSync(config, 'backup: { directory: ./backups }\n');
  worker = await npmRun('worker started', 'worker');
});

afterAll(async () => {
  await expectEndOf(worker);
  await place.clear();
});

const migrate = (ref: string, target: string) =>
  runScript([`--project-ref=${ref}`, `--database=${place.target(target)}`, '--owner=user-123'], {
    ...{ cwd: place.folder, env: place.env },
  });

describe('the log of the worker that npm run worker starts', () => {
  it('holds what came of each step and each migration, with times and levels for people', async () => {
    expect(await migrate('project-abc', 'abc')).toMatchObject({ status: 0 });
    const done = await until('the end of the migration', () =>
      lines().find(({ msg }) => msg === 'project-abc migrated'),
    );
    expect(done).toMatchObject({ level: 'info', projectRef: 'project-abc', outcome: 'migrated' });
    const steps = lines().map(({ msg }) => msg);
    for (const step of ['planMigration', 'backupProject', 'migrateAuth', 'verifyProject']) {
      expect(steps).toContain(`${step} done`);
    }
    expect(lines().filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('holds the reason of a failure, and no password', async () => {
    expect(await migrate('nobody', 'nobody')).toMatchObject({ status: 2 });
    const failed = await until('the failure', () =>
      lines().find(
        ({ msg, workflowId }) =>
          msg === 'Workflow failed' && workflowId === 'migrate-project/nobody',
      ),
    );
    const { message, stack } = z
      .object({ message: z.string(), stack: z.string() })
      .parse(failed['error']);
    expect(message).toMatch(/^Refused, nothing was touched: .*nobody/);
    expect(stack).toMatch(/^at /);
    expect(lines()).toContainEqual(
      expect.objectContaining({
        ...{ level: 'warn', msg: 'nobody refused', outcome: 'refused' },
        problems: [expect.stringMatching(/^no-such-project: /)],
      }),
    );
    expect(worker.said()).not.toContain(`:${new URL(place.url).password}@`);
  });
});

describe('the SIGTERM that npm gets', () => {
  it('ends the worker, and leaves no process', async () => {
    const another = await npmRun('worker started', 'worker');
    await expectEndOf(another);
    expect(another.said()).toContain('STOPPED');
  });

  it.each(['migrate-project', 'moveout'])(
    'ends npm run %s, and leaves no process',
    async (name) => {
      const project = ['--project-ref=project-003', `--database=${place.target(name.slice(0, 4))}`];
      const command = name === 'moveout' ? ['plan'] : ['--dry-run'];
      const script = await npmRun('project-003 →', name, '--', ...command, ...project);
      await expectEndOf(script);
      expect(script.said()).toContain('Interrupted: plan-project/project-003');
    },
  );
});
