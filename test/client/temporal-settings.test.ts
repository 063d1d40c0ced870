import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { given } from '../ground/given';
import { startWorker } from '../secrets/real-worker';
import { runScript, type Outcome } from './script';

type Settings = Readonly<Record<string, string>>;

let folder: string;
/** A port at which nobody listens. */
let closed: string;
/** Speaks HTTP/2 and denies every call: gRPC status 7. */
const denier = createHttp2Server();
/** Takes connections and hangs up. */
const rude = createServer((socket) => socket.destroy());

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'moveout-temporal-settings-'));
  denier.on('stream', (stream) => {
    const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '7' };
    stream.respond({ ...headers, 'grpc-message': 'Request unauthorized.' }, { endStream: true });
  });
  const spare = createServer().listen(0, '127.0.0.1');
  denier.listen(0, '127.0.0.1');
  rude.listen(0, '127.0.0.1');
  await Promise.all([spare, denier, rude].map((server) => once(server, 'listening')));
  closed = `127.0.0.1:${String(portOf(spare.address()))}`;
  spare.close();
});

afterAll(() => {
  denier.close();
  rude.close();
  rmSync(folder, { recursive: true, force: true });
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const surroundings = (env: Settings) => ({
  cwd: folder,
  env: { MOVEOUT_SOURCE_URL: 'postgresql://nobody@127.0.0.1:1/postgres', ...env },
});

const REQUEST = ['--dry-run', '--project-ref=project-abc', '--database=project_abc_db'] as const;

/** What script, worker and `moveout worker` say of the same settings, each on its own. */
async function saidOf(env: Settings): Promise<readonly Outcome[]> {
  const worker = startWorker(surroundings(env));
  const [script, command, status] = await Promise.all([
    runScript([...REQUEST], surroundings(env)),
    runScript(['worker'], { ...surroundings(env), program: 'main' }),
    worker.ended,
  ]);
  return [script, command, { status: status ?? -1, stdout: '', stderr: worker.said() }];
}

/** Words of gRPC, of the SDK's core in Rust, and of Node. */
const FOREIGN =
  /tonic|ConnectError|Os \{|UNAVAILABLE|NOT_FOUND|PERMISSION_DENIED|unauthorized|\bat .*\.js|Resolution/;

describe('settings of Temporal that do not lead to one', () => {
  const cases: readonly (readonly [string, () => Settings, RegExp])[] = [
    [
      'no server',
      () => ({ TEMPORAL_ADDRESS: closed }),
      /^ServerUnavailable: the Temporal server at 127\.0\.0\.1:\d+ does not answer: nothing listens there; start it, or check TEMPORAL_ADDRESS$/,
    ],
    [
      'an unknown host',
      () => ({ TEMPORAL_ADDRESS: 'temporal.invalid:7233' }),
      /^ServerUnavailable: the Temporal server at temporal\.invalid:7233 does not answer: (the name cannot be resolved|the name cannot be looked up for now|the connection is not answered); /,
    ],
    [
      'a server that hangs up',
      () => ({ TEMPORAL_ADDRESS: `127.0.0.1:${String(portOf(rude.address()))}` }),
      /does not answer: it closes the connection; if it speaks TLS, set TEMPORAL_TLS=true; /,
    ],
    [
      'a wrong namespace',
      () => ({
        TEMPORAL_ADDRESS: given('MOVEOUT_TEST_TEMPORAL_ADDRESS'),
        TEMPORAL_NAMESPACE: 'nope',
      }),
      /^ConfigInvalid: the Temporal server at .* has no namespace "nope": check TEMPORAL_NAMESPACE$/,
    ],
    [
      'an address that is a URL',
      () => ({ TEMPORAL_ADDRESS: 'http://localhost:7233' }),
      /^ConfigInvalid: the address of Temporal \(TEMPORAL_ADDRESS, or "address" of the profile\) must be host:port, such as localhost:7233, not "http:\/\/localhost:7233"$/,
    ],
    [
      'a port that there is not',
      () => ({ TEMPORAL_ADDRESS: 'localhost:99999' }),
      /^ConfigInvalid: the address of Temporal .* must be host:port/,
    ],
    [
      'a misspelt switch for TLS',
      () => ({ TEMPORAL_ADDRESS: closed, TEMPORAL_TLS: 'ture' }),
      /^ConfigInvalid: TEMPORAL_TLS must be true or false, not "ture"$/,
    ],
    [
      'no permission',
      () => ({ TEMPORAL_ADDRESS: `127.0.0.1:${String(portOf(denier.address()))}` }),
      /^AccessDenied: the Temporal server at .* cannot be used: Temporal does not allow this call: check the rights of the certificate or API key$/,
    ],
    [
      'a profile that is not there',
      () => ({ TEMPORAL_PROFILE: 'staging' }),
      /^ConfigInvalid: the settings of Temporal \(TEMPORAL_\* or a profile\) cannot be used: Profile 'staging' not found/,
    ],
    [
      'the default profile of the user',
      () => {
        const place = path.join(folder, 'home', '.config', 'temporalio');
        mkdirSync(place, { recursive: true });
        const text = `[profile.default]\naddress = "${closed}"\n`;
        writeFileSync(path.join(place, 'temporal.toml'), text);
        return { HOME: path.join(folder, 'home') };
      },
      /^ServerUnavailable: the Temporal server at 127\.0\.0\.1:\d+ does not answer: nothing listens there/,
    ],
  ];

  it.each(cases)(
    'are told in one line by script, worker and command alike: %s',
    async (_name, settings, words) => {
      for (const { status, stderr } of await saidOf(settings())) {
        const lines = stderr.trim().split('\n');
        expect(lines).toEqual([expect.stringMatching(words)]);
        expect(stderr).not.toMatch(FOREIGN);
        expect(status).toBe(2);
      }
    },
  );
});
