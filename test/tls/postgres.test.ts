import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Connections } from '../../activities/postgres/session/connections';
import { runScript, type Outcome } from '../client/script';
import { studioPlace, type Place } from '../client/studio-database';
import { given } from '../ground/given';
import { createAuthority } from './certificates';
import { secure } from './secured-server';

const ROLE = 'tls_only';

const ours = createAuthority('moveout test authority');
const theirs = createAuthority('another authority');
const client = ours.issue(ROLE);
/** Trusted by the client, unknown to the server. */
const stranger = theirs.issue(ROLE);

let place: Place;
let unsecured: string;

beforeAll(async () => {
  unsecured = given('MOVEOUT_TEST_POSTGRES_URL');
  place = await studioPlace(1);
  await secure(ours.issue('postgres', ['127.0.0.1']), { authority: ours, role: ROLE });
});

afterAll(async () => {
  await place.clear();
});

function file(name: string, text: string): string {
  const written = path.join(place.folder, name);
  writeFileSync(written, text, { mode: 0o600 });
  return written;
}

type Parameters = Readonly<Record<string, string>>;

const trusting = (authority = ours): Parameters => ({
  sslrootcert: file(authority === ours ? 'ours.pem' : 'theirs.pem', authority.cert),
});
const identified = ({ cert, key } = client): Parameters => ({
  sslcert: file(cert === client.cert ? 'client.pem' : 'stranger.pem', cert),
  sslkey: file(cert === client.cert ? 'client.key' : 'stranger.key', key),
});

/** The URL of the studio for the role that may come in over TLS only, and only with a certificate. */
function secured(parameters: Parameters, host = '127.0.0.1'): string {
  const url = new URL(place.url);
  url.username = ROLE;
  url.password = '';
  url.hostname = host;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

const PROJECT = ['--project-ref=project-abc', '--owner=user-123'] as const;

/** A flag that names a place gives the script a worker of its own. */
function migrate(url: string, ...more: readonly string[]): Promise<Outcome> {
  const target = `--database=${place.target('abc')}`;
  return runScript([...PROJECT, target, '--backup-dir=backups', ...more], {
    cwd: place.folder,
    env: { ...place.env, MOVEOUT_SOURCE_URL: url },
  });
}

describe('PostgreSQL over TLS', () => {
  it('takes a whole migration, every session of it', async () => {
    const url = secured({ sslmode: 'verify-full', ...trusting(), ...identified() });
    const { status, stdout, stderr } = await migrate(url);
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Warning')]);
    expect(stdout).toContain('33 tables');
    const [users] = await place.rows(place.target('abc'), 'SELECT count(*)::int FROM auth.users');
    expect(users).toEqual({ count: 12 });
  });

  it('has sslmode=require checked as strictly, and nobody is warned', async () => {
    const url = secured({ sslmode: 'require', ...trusting(), ...identified() });
    const { status, stderr } = await migrate(url, '--dry-run', '--replace');
    expect([status, stderr]).toEqual([0, expect.not.stringMatching(/warning/i)]);
  });

  it('refuses a server that another authority vouches for, before anything is touched', async () => {
    const url = secured({ sslmode: 'verify-full', ...trusting(theirs), ...identified() });
    const { status, stdout, stderr } = await migrate(url);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /certificate was not accepted: its authority is unknown.*; sslrootcert in the URL names/,
    );
    expect(stderr).not.toMatch(/tried again|attempt/);
  });
});

/** A failure that no further try can fix. */
function misconfigured(words: RegExp): Readonly<Record<string, unknown>> {
  return { type: 'ConfigInvalid', nonRetryable: true, message: expect.stringMatching(words) };
}

describe('a session over TLS', () => {
  const reach = (url: string, database?: string) =>
    new Connections(() => url, { name: 'moveout test' }).with(
      { connection: 'shared', database, access: 'read' },
      async (session) => {
        const { rows } = await session.query<{ ssl: boolean; database: string }>(
          'SELECT ssl, current_database() AS database FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
        );
        return rows[0];
      },
    );

  it('is one to every database of the server', async () => {
    const url = secured({ sslmode: 'verify-full', ...trusting(), ...identified() });
    expect(await reach(url, 'postgres')).toEqual({ ssl: true, database: 'postgres' });
  });

  it.each(['prefer', 'require', 'verify-ca', 'verify-full'])(
    'checks the authority and the host name with sslmode=%s',
    async (sslmode) => {
      expect(await reach(secured({ sslmode, ...trusting(), ...identified() }))).toMatchObject({
        ssl: true,
      });
      for (const wrong of [
        secured({ sslmode, ...identified() }),
        secured({ sslmode, ...trusting(theirs), ...identified() }),
        secured({ sslmode, ...trusting(), ...identified() }, 'localhost'),
      ]) {
        await expect(reach(wrong)).rejects.toMatchObject(
          misconfigured(/certificate was not accepted/),
        );
      }
    },
  );

  it('checks less only if the URL says so explicitly', async () => {
    for (const less of [{ sslmode: 'require', uselibpqcompat: 'true' }, { sslmode: 'no-verify' }]) {
      expect(await reach(secured({ ...less, ...identified() }))).toMatchObject({ ssl: true });
    }
  });

  it('is wanted by the server: without TLS, or without a certificate, nobody gets in', async () => {
    await expect(reach(secured({}))).rejects.toMatchObject({ type: 'AccessDenied' });
    const anonymous = secured({ sslmode: 'verify-full', ...trusting() });
    await expect(reach(anonymous)).rejects.toThrow(/valid client certificate/);
  });

  it('says what is wrong with a certificate of its own', async () => {
    const foreign = secured({ sslmode: 'verify-full', ...trusting(), ...identified(stranger) });
    await expect(reach(foreign)).rejects.toMatchObject(
      misconfigured(/TLS handshake failed: .*; see sslcert, sslkey/),
    );
    const nobody = { sslcert: file('client.pem', client.cert), sslkey: file('no.key', 'none') };
    await expect(
      reach(secured({ sslmode: 'verify-full', ...trusting(), ...nobody })),
    ).rejects.toMatchObject({ type: 'ConfigInvalid' });
  });

  it('names the file that is not there', async () => {
    const url = secured({ sslmode: 'verify-full', sslrootcert: '/nowhere/ca.pem' });
    await expect(reach(url)).rejects.toMatchObject(
      misconfigured(/: \/nowhere\/ca\.pem, which its URL names, cannot be read \(ENOENT\)$/),
    );
  });

  it('is never replaced by one in the clear where the server has no TLS', async () => {
    const url = new URL(unsecured);
    for (const sslmode of ['prefer', 'require', 'verify-full']) {
      url.searchParams.set('sslmode', sslmode);
      await expect(reach(url.href)).rejects.toMatchObject(
        misconfigured(/the server offers no TLS, but sslmode in the URL asks/),
      );
    }
  });
});
