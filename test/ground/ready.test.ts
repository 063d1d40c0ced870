import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../local/temporal-cli';

interface Outcome {
  readonly status: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

let checkout: string;
const at = (...names: readonly string[]) => path.join(checkout, ...names);

beforeEach(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'moveout-ready-test-'));
  const files = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const file of [...files, 'scripts']) {
    await cp(path.join(packageRoot(), file), at(file), {
      recursive: true,
      // Those import what this checkout does not have.
      filter: (from) => !from.endsWith('.ts'),
    });
  }
  await symlink(path.join(packageRoot(), 'node_modules'), at('node_modules'));
  await mkdir(at('client'));
  await writeFile(at('client', 'main.ts'), 'export const answer: number = 42;\n');
});

afterEach(() => rm(checkout, { recursive: true, force: true }));

function ready(environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    const child = execFile(
      process.execPath,
      [at('scripts', 'ready.mjs')],
      { env },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

async function endedProcess(): Promise<string> {
  const dead = execFile(process.execPath, ['--version']);
  await new Promise((resolve) => dead.once('exit', resolve));
  return String(dead.pid);
}

describe('ready', () => {
  it('builds what is not built, and the second time does and says nothing', async () => {
    const first = await ready();
    expect(first).toEqual({ status: 0, stdout: '', stderr: 'moveout: building\n' });
    expect(existsSync(at('dist', 'client', 'main.js'))).toBe(true);
    expect(await ready()).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('builds again after a change, and forgets what the sources no longer hold', async () => {
    await ready();
    await rm(at('client', 'main.ts'));
    await writeFile(at('client', 'other.ts'), 'export const other = 1;\n');
    expect(await ready()).toMatchObject({ status: 0, stderr: 'moveout: building\n' });
    const built = await readdir(at('dist', 'client'));
    expect(built.filter((name) => name.endsWith('.js'))).toEqual(['other.js']);
  });

  it('fails with the compiler’s message, again and again, while a source does not compile', async () => {
    await ready();
    await writeFile(at('client', 'main.ts'), 'export const answer: number = "no";\n');
    for (const outcome of [await ready(), await ready()]) {
      expect(outcome).toMatchObject({ status: 70, stdout: '' });
      expect(outcome.stderr).toMatch(/client\/main\.ts.*TS2322[\s\S]*the build failed/);
    }
  });

  it('lets one of two processes work and the other wait', async () => {
    const [first, second] = await Promise.all([ready(), ready()]);
    expect([first.status, second.status]).toEqual([0, 0]);
    const said = `${first.stderr}${second.stderr}`;
    expect(said.match(/building\n/g)).toHaveLength(1);
    expect(said).toMatch(/waiting for it/);
  });

  it.each([
    { whose: 'its id is free', holder: endedProcess },
    // This process runs, but started at another time.
    { whose: 'another has its id now', holder: () => Promise.resolve(`${String(process.pid)}-1`) },
  ])('takes over from a process that died at it: $whose', async ({ holder }) => {
    await mkdir(at('.cache', 'ready.lock'), { recursive: true });
    await writeFile(at('.cache', 'ready.lock', await holder()), '');
    expect(await ready()).toMatchObject({ status: 0, stderr: 'moveout: building\n' });
    expect(await readdir(at('.cache'))).toEqual([]);
  });

  it('says what is needed when dependencies are missing and no registry answers', async () => {
    await rm(at('node_modules'));
    const outcome = await ready({
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: at('empty-cache'),
      npm_config_fetch_retries: '0',
    });
    expect(outcome).toMatchObject({ status: 70, stdout: '' });
    expect(outcome.stderr).toMatch(/the npm registry could not be reached. Needed once: network/);
  });
});
