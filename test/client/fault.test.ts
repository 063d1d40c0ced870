import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { faultOf, UsageError } from '../../client/fault';
import { documentOf } from '../../client/outcome';
import { ConfigError } from '../../worker/config-error';
import { KnownError } from '../../workflows/domain/known-error';
import { given } from '../ground/given';
import { runScript, type Outcome } from './script';

const CANARY = 'postgresql://operator:hunter2@host/postgres';

const grpc = (code: number): Error => Object.assign(new Error('raw'), { code, details: 'raw' });
const ofSystem = (code: string, more: object = {}): Error =>
  Object.assign(new Error('raw'), { code, syscall: 'open', ...more });

describe('faultOf', () => {
  it.each([
    [new UsageError('--x is wrong'), 'InvalidInput'],
    [new ConfigError('a setting is wrong'), 'ConfigInvalid'],
    [
      new KnownError('ServerUnavailable', 'the Temporal server does not answer'),
      'ServerUnavailable',
    ],
    [grpc(14), 'ServerUnavailable'],
    [new Error('outer', { cause: grpc(4) }), 'ServerUnavailable'],
    [grpc(7), 'AccessDenied'],
    [
      Object.assign(new Error('raw'), { name: 'NamespaceNotFoundError', namespace: 'x' }),
      'NotFound',
    ],
    [ofSystem('EMFILE'), 'ServerBusy'],
    [ofSystem('ENOSPC', { path: '/somewhere' }), 'DiskFull'],
    [ofSystem('EACCES', { path: '/somewhere' }), 'ConfigInvalid'],
  ])('knows %s', (error, code) => {
    const { problem, isBug } = faultOf(error);
    expect({ code: problem.code, isBug }).toEqual({ code, isBug: false });
    expect(problem.message).not.toContain('raw');
  });

  it.each([[new TypeError(`cannot read ${CANARY}`)], [new Error(CANARY)], [grpc(3)], [CANARY]])(
    'calls a bug what nobody has foreseen, and keeps its message to itself',
    (error) => {
      const { problem, isBug } = faultOf(error);
      expect([problem.code, isBug]).toEqual(['Unexpected', true]);
      expect(problem.message).toMatch(/^this is a bug in moveout \(.*\): please report it/);
      expect(problem.message).not.toMatch(/hunter2|server|nothing/i);
    },
  );
});

describe('documentOf', () => {
  it.each(['unknown', 'bug'] as const)(
    'says unknown of a run of which nothing is known',
    (kind) => {
      const problem = { code: 'ServerUnavailable', message: 'lost contact with it' };
      const document = documentOf({ kind, problem }, { startedAt: '2026-11-29T22:00:00.000Z' });
      expect(document).toMatchObject({ outcome: 'unknown', problems: [problem] });
    },
  );
});

describe('a script that meets a bug', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'moveout-fault-'));
    // What a start of a workflow meets in every mode.
    writeFileSync(
      path.join(folder, 'bug.js'),
      `const { WorkflowClient } = require('@temporalio/client');
       WorkflowClient.prototype.start = function brokenStart() { throw new TypeError('${CANARY}'); };`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runScript([...args, '--project-ref=a', '--database=a', '--owner=u', `--backup-dir=${folder}`], {
      cwd: folder,
      env: {
        TEMPORAL_ADDRESS: given('MOVEOUT_TEST_TEMPORAL_ADDRESS'),
        MOVEOUT_SOURCE_URL: 'postgresql://localhost:1/postgres',
        MOVEOUT_STATE_DIR: path.join(folder, 'state'),
        NODE_PATH: path.join(process.cwd(), 'node_modules'),
        NODE_OPTIONS: `--require=${path.join(folder, 'bug.js')}`,
        ...env,
      },
    });

  const saidOf = ({ stderr }: Outcome): string => stderr;

  it('says so, with a status that says nothing of any database', async () => {
    const outcome = await run([]);
    expect(outcome.status).toBe(70);
    expect(saidOf(outcome)).toMatch(/Unexpected: this is a bug in moveout \(TypeError.*--debug/);
    expect(saidOf(outcome)).not.toMatch(/hunter2|unavailable|nothing was touched|brokenStart/);
  });

  it('shows the stack on demand, and never the message', async () => {
    for (const outcome of [await run(['--debug']), await run([], { MOVEOUT_LOG_LEVEL: 'DEBUG' })]) {
      expect(outcome.status).toBe(70);
      expect(saidOf(outcome)).toMatch(/^TypeError\n +at .*brokenStart/m);
      expect(saidOf(outcome)).not.toContain('hunter2');
    }
  });

  it('refuses a misspelt level of the log before anything else', async () => {
    const { status, stdout, stderr } = await run(['--json'], { MOVEOUT_LOG_LEVEL: 'debgu' });
    expect(stderr).toBe(
      'ConfigInvalid: MOVEOUT_LOG_LEVEL: "debgu" is not a level; it must be one of trace, debug, info, warn, error\n',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'refused',
      problems: [{ code: 'ConfigInvalid' }],
    });
    expect(status).toBe(2);
  });
});
