import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import path from 'node:path';
import { runScript, type Outcome } from '../client/script';
import { studioPlace, type Place } from '../client/studio-database';
import { given } from '../ground/given';
import { startWorker } from '../secrets/real-worker';
import { createAuthority } from './certificates';
import { startTlsProxy, type TlsProxy } from './tls-proxy';

const ours = createAuthority('moveout test authority');
const theirs = createAuthority('another authority');
const server = ours.issue('temporal', ['localhost', 'temporal.example']);
const client = ours.issue('moveout');

const API_KEY = 'canary-api-key-5150';

let place: Place;
let open: TlsProxy;
let mutual: TlsProxy;

beforeAll(async () => {
  place = await studioPlace(1);
  const to = given('MOVEOUT_TEST_TEMPORAL_ADDRESS');
  open = await startTlsProxy(to, server);
  mutual = await startTlsProxy(to, { ...server, ca: ours.cert, requestCert: true });
});

afterAll(async () => {
  await open.close();
  await mutual.close();
  await place.clear();
});

/** Writes a file of the test's and gives its path. */
function file(name: string, text: string): string {
  const written = path.join(place.folder, name);
  writeFileSync(written, text, { mode: 0o600 });
  return written;
}

const trusting = (authority = ours) => ({
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem', authority.cert),
});
const identified = () => ({
  TEMPORAL_TLS_CLIENT_CERT_PATH: file('client.pem', client.cert),
  TEMPORAL_TLS_CLIENT_KEY_PATH: file('client.key', client.key),
});

type Settings = Readonly<Record<string, string>>;

const surroundings = (env: Settings) => ({
  cwd: place.folder,
  env: {
    MOVEOUT_SOURCE_URL: place.url,
    MOVEOUT_STATE_DIR: path.join(place.folder, 'state'),
    TEMPORAL_NAMESPACE: place.namespace,
    ...env,
  },
});

const PROJECT = ['--project-ref=project-abc', '--owner=user-123'] as const;

function migrate(env: Settings): Promise<Outcome> {
  return runScript([...PROJECT, `--database=${place.target('abc')}`, '--json'], surroundings(env));
}

describe('Temporal over TLS', () => {
  it('takes a whole migration, the worker and the script both with a certificate of their own', async () => {
    const env = {
      TEMPORAL_ADDRESS: mutual.address,
      MOVEOUT_TASK_QUEUE: `tls-${randomUUID()}`,
      ...trusting(),
      ...identified(),
    };
    const worker = startWorker(surroundings(env));
    await worker.started;
    const { status, stdout, stderr } = await migrate(env);
    expect([status, stderr]).toEqual([0, expect.stringContaining('verifyProject')]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'migrated' });
    expect(await worker.stop()).toBe(0);
  });

  it('reads the settings from a profile as well, and a worker in the script’s process has them', async () => {
    const toml = `[profile.default]\naddress = "${open.address}"\n[profile.default.tls]\nserver_ca_cert_path = "${trusting().TEMPORAL_TLS_SERVER_CA_CERT_PATH}"\nserver_name = "temporal.example"\n`;
    const { status, stderr } = await runScript(
      [...PROJECT, `--database=${place.target('plan')}`, '--dry-run', '--backup-dir=backups'],
      surroundings({ TEMPORAL_CONFIG_FILE: file('temporal.toml', toml) }),
    );
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Warning')]);
  });
});

describe('wrong settings of TLS', () => {
  /** The settings, and what the script and the worker say of them. */
  const cases: readonly (readonly [string, () => Settings, RegExp])[] = [
    [
      'another authority',
      () => ({ TEMPORAL_ADDRESS: open.address, ...trusting(theirs) }),
      /its certificate was not accepted.*; see TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
    ],
    [
      'no authority',
      () => ({ TEMPORAL_ADDRESS: open.address, TEMPORAL_TLS: 'true' }),
      /its certificate was not accepted.*; see TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
    ],
    [
      'another name',
      () => ({
        TEMPORAL_ADDRESS: open.address,
        TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example',
        ...trusting(),
      }),
      /its certificate was not accepted.* and TEMPORAL_TLS_SERVER_NAME/,
    ],
    [
      'no certificate where one is wanted',
      () => ({ TEMPORAL_ADDRESS: mutual.address, ...trusting() }),
      /see TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH/,
    ],
    [
      'a key that is none',
      () => ({
        TEMPORAL_ADDRESS: mutual.address,
        ...trusting(),
        ...identified(),
        TEMPORAL_TLS_CLIENT_KEY_PATH: file('no.key', 'none'),
      }),
      /the client's .*key cannot be read; see .*TEMPORAL_TLS_CLIENT_KEY_PATH/,
    ],
    [
      'a file that is not there',
      () => ({ TEMPORAL_ADDRESS: open.address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere.pem' }),
      /settings of Temporal .* cannot be used: ENOENT.*\/nowhere\.pem/,
    ],
    [
      'TLS to a server that has none',
      () => ({ TEMPORAL_ADDRESS: given('MOVEOUT_TEST_TEMPORAL_ADDRESS'), TEMPORAL_TLS: 'true' }),
      /it does not speak TLS; see TEMPORAL_TLS/,
    ],
  ];

  it.each(cases)(
    'are answered without waiting and in one line: %s',
    async (_name, settings, words) => {
      const env = settings();
      const worker = startWorker(surroundings(env));
      const [script, status] = await Promise.all([migrate(env), worker.ended]);
      // Not what is said where it was waited for.
      expect(script.stderr).not.toContain('does not answer');
      for (const said of [worker.said(), script.stderr].map(withoutNotice)) {
        expect(said).toMatch(words);
        expect(said.trim().split('\n')).toHaveLength(1);
      }
      expect([script.status, status]).toEqual([2, 2]);
      expect(JSON.parse(script.stdout)).toMatchObject({ outcome: 'refused' });
    },
  );
});

describe('TEMPORAL_API_KEY', () => {
  it('goes with every call of the script and of the worker, and is told to nobody', async () => {
    const keys: (string | undefined)[] = [];
    const recorder = createSecureServer(server, ({ headers }, response) => {
      keys.push(headers.authorization);
      response.stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' },
        { endStream: true },
      );
    });
    await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
    const address = recorder.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const env = {
      TEMPORAL_ADDRESS: `localhost:${address.port}`,
      TEMPORAL_API_KEY: API_KEY,
      ...trusting(),
    };
    const worker = startWorker(surroundings(env));
    const script = await migrate(env);
    const calls = keys.length;
    expect([script.status, await worker.ended]).toEqual([2, 2]);
    expect(calls).toBeGreaterThan(0);
    expect(new Set(keys)).toEqual(new Set([`Bearer ${API_KEY}`]));
    expect(`${worker.said()}${script.stdout}${script.stderr}`).not.toContain(API_KEY);
    await new Promise((resolve) => recorder.close(resolve));
  });
});

/** Node's own finding on addresses that are numbers. */
function withoutNotice(stderr: string): string {
  return stderr.replace(/^\(node:.*\n\(Use .*\n/gm, '');
}
