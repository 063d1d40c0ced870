import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runScript } from './script';
import { studioPlace, urlOf, type Place } from './studio-database';

const BLIND = `blind_${randomBytes(4).toString('hex')}`;

let place: Place;

beforeAll(async () => {
  place = await studioPlace(4);
  writeFileSync(path.join(place.folder, 'file'), '');
  await place.rows('postgres', `CREATE ROLE ${BLIND} LOGIN PASSWORD '${BLIND}'`);
  await place.rows(
    place.database,
    `GRANT USAGE ON SCHEMA auth, storage TO ${BLIND}; GRANT SELECT ON ALL TABLES IN SCHEMA auth, storage TO ${BLIND}`,
  );
});

afterAll(() => place.clear());

/** Runs the script against the studio; resolves with its last message. */
async function refusal(...args: readonly string[]) {
  const { status, stdout, stderr } = await runScript(args, {
    cwd: place.folder,
    env: place.env,
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(await place.databases()).toEqual([place.database]);
  return stderr;
}

const asUser = (user: string, password: string): string => {
  const url = new URL(urlOf(place.database));
  url.username = user;
  url.password = password;
  return url.href;
};

const PROJECT = ['--project-ref=project-004', '--owner=user-123'] as const;
const moving = () => [...PROJECT, `--database=${place.target('004')}`] as const;
const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runScript(args, { cwd: place.folder, program: 'main', env });
/** A place in the flags gives the script a worker of its own. */
const own = () => `--backup-dir=${place.folder}/backups`;

describe('wrong flags', () => {
  it('are answered in one line that names the flag', async () => {
    expect(await refusal('--projct-ref=a')).toBe(
      "InvalidInput: unknown option '--projct-ref' (Did you mean --project-ref?); see migrate-project --help\n",
    );
    expect(await refusal("--project-ref=a'b", '--database=x')).toMatch(
      /^InvalidInput: --project-ref must match .*\n$/,
    );
    expect(await refusal('--restore=../x', '--database=x')).toMatch(
      /^InvalidInput: --restore must be .*\n$/,
    );
  });

  it('never have their value repeated, for it may hold a password', async () => {
    expect(await refusal('--connection=postgresql://u:secret@h/db')).not.toContain('secret');
  });

  it.each([
    ['in a command that is none', ['postgresql://u:secret@h/db']],
    ['given twice', ['plan', '--connection-string=secret', '--connection-string=secret2']],
    ['for a choice', ['plan', '--on-drift=secret']],
    ['for a flag without one', ['plan', '--replace=secret']],
    ['without a flag', ['plan', 'postgresql://u:secret@h/db']],
  ])('never have their value repeated: %s', async (_how, args) => {
    const { status, stderr } = await command(args);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^InvalidInput: .*\n$/)]);
    expect(stderr).not.toContain('secret');
  });

  it.each([
    [['plan', '--backup-dir='], '--backup-dir needs a value'],
    [['plan', '--config='], '--config needs a value'],
    [['plan', '--connection-string='], '--connection-string needs a value'],
    [['plan', '--project-ref'], '--project-ref needs a value'],
    [['plan', '--project-ref', '--replace'], '--project-ref needs a value'],
    [['fleet', 'status', '--id='], '--id needs a value'],
    [['plan', '--on-drift=maybe'], '--on-drift: Allowed choices are report, fail'],
    [['plan', '--replace=yes'], '--replace takes no value'],
    [['plan', '--database=a', '--database='], '--database was given twice: give it once'],
    [['plan', '--on-drift=fail', '--on-drift=fail'], '--on-drift was given twice: give it once'],
    [
      ['plan', '--project-ref=a', 'positional'],
      'moveout plan takes options, each written as --option=value; see moveout plan --help',
    ],
    [
      ['schedule', 'pause', 'a', 'b'],
      'moveout schedule pause takes one <name> and options, each written as --option=value; see moveout schedule pause --help',
    ],
    [['migrate', '--all', '--owner=a'], '--all cannot be used with --owner'],
    [
      ['migrate', '--project-ref=a', '--file=x', '--canary=1'],
      '--file and --canary cannot be used with migrate without --all',
    ],
  ])('that cannot be taken as they are typed say what would be right: %j', async (args, words) => {
    for (const more of [[], ['--json']]) {
      const { status, stdout, stderr } = await command([...args, ...more]);
      expect(status).toBe(2);
      // At the end of the line, --json is what was forgotten to be a value.
      if (more.length === 0) expect([stdout, stderr]).toEqual(['', `InvalidInput: ${words}\n`]);
      else expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused' });
    }
  });

  it('are answered as a JSON document with --json', async () => {
    const { status, stdout } = await runScript(['--all', '--project-ref=a', '--json'], {
      cwd: place.folder,
      env: {},
    });
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'refused',
      problems: [{ code: 'InvalidInput', message: '--all cannot be used with --project-ref' }],
      tables: [],
      drift: [],
    });
    expect(status).toBe(2);
  });
});

describe('a wrong configuration', () => {
  it('is answered in one line when it cannot be read', async () => {
    expect(await refusal(...moving(), '--config=nowhere.yaml')).toMatch(
      /nowhere\.yaml: .*cannot be read.*\n$/,
    );
  });

  it('is refused when backups cannot be written', async () => {
    expect(await refusal(...moving(), `--backup-dir=${place.folder}/file`)).toContain(
      'cannot be used for backups',
    );
  });
});

describe('variables of the environment', () => {
  it('that are set to nothing say nothing', async () => {
    const nothing = { MOVEOUT_CONFIG: '', MOVEOUT_TASK_QUEUE: '', MOVEOUT_LOG_LEVEL: '' };
    const { stderr } = await command(['plan', ...moving()], { ...place.env, ...nothing });
    expect(stderr).toMatch(/no worker polls the task queue "moveout" /);
    const { stdout } = await command(['plan', ...moving(), own()], { ...place.env, ...nothing });
    expect(stdout).toMatch(/^Plan for project-004/);
  });

  it('that name a configuration start no worker where a Temporal is configured: only a flag does', async () => {
    const file = path.join(place.folder, 'own.yaml');
    writeFileSync(file, 'backup: { format: json }\n');
    const env = { ...place.env, MOVEOUT_CONFIG: file };
    const { status, stderr } = await command(['plan', ...moving()], env);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/no worker polls the task queue "moveout" /),
    ]);
    const flag = await command(['plan', ...moving(), `--config=${file}`], place.env);
    expect(flag.stdout).toMatch(/^Plan for project-004/);
  });

  it('that name a configuration are read for a worker that the command starts', async () => {
    const file = path.join(place.folder, 'wrong.yaml');
    writeFileSync(file, 'targets: {}\n');
    const env = { MOVEOUT_SOURCE_URL: place.url, MOVEOUT_CONFIG: file };
    const { status, stderr } = await command(['plan', ...moving()], env);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${file}:1`)]);
  });

  it('that name a state folder which no file system makes are refused at once', async () => {
    const state = { MOVEOUT_SOURCE_URL: place.url, MOVEOUT_STATE_DIR: '/proc/moveout/state' };
    const { status, stderr } = await command(['plan', ...moving()], state);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^ConfigInvalid: the state folder .* cannot be used \(\w+\): .*\n$/),
    ]);
  });
});

describe('a request that the plan refuses', () => {
  it('is one for a project that nobody has', async () => {
    const args = ['--project-ref=nobody', '--owner=a', `--database=${place.target('x')}`];
    expect(await refusal(...args, own())).toMatch(/no-such-project/);
  });

  it('is one whose target is the source, even with --replace', async () => {
    const args = [...PROJECT, `--database=${place.database}`, '--replace'];
    expect(await refusal(...args, own())).toContain('is the source database itself');
  });
});

describe('a source', () => {
  it('that does not answer is tried again for a while, then refused', async () => {
    const url = 'postgresql://someone@127.0.0.1:1/postgres';
    const said = await refusal(...moving(), `--connection-string=${url}`);
    expect(said).toContain('ECONNREFUSED');
    expect(said).not.toMatch(/TLS|SSL|certificate/i);
  });

  it('that refuses the password is not tried again, and the password is told to nobody', async () => {
    const url = asUser('postgres', 'wrong-secret');
    const said = await refusal(...moving(), `--connection-string=${url}`);
    expect(said).toContain('the server refused the password');
    expect(said).toMatch(/^Warning: a password in --connection-string is visible/);
    expect(said).not.toMatch(/wrong-secret|tried again/);
    // The exit status says that nothing was touched, also where only the plan was asked for.
    expect(await refusal(...moving(), '--dry-run', `--connection-string=${url}`)).not.toContain(
      'wrong-secret',
    );
  });

  it('whose rows the role cannot see whole is refused', async () => {
    const url = asUser(BLIND, BLIND);
    expect(await refusal(...moving(), `--connection-string=${url}`)).toMatch(
      /privilege|row.security/i,
    );
  });
});
