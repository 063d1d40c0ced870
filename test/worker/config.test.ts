import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../worker/config';

const URL_A = 'postgresql://a:secret@127.0.0.1:5432/studio';

describe('loadConfiguration', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-config-'));
    file = join(folder, 'moveout.config.yaml');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function load(yaml: string, environment: NodeJS.ProcessEnv = {}) {
    await writeFile(file, yaml);
    return loadConfiguration({ ...environment, MOVEOUT_CONFIG: file });
  }

  async function errorOf(yaml: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const error: unknown = await load(yaml, environment).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    return error instanceof Error ? error.message : '';
  }

  it('lists every error of the file at once, each with its path', async () => {
    const message = await errorOf(`
connections: { shared: { env: "postgresql://a:b@c/d" }, "Not A Name": { env: X } }
tenancy: { users: { by: app-metadata, keys: x }, buckets: { by: prefix } }
projects: { list: [ { ref: "o'clock", database: Postgres } ] }
backup: { format: zip }
surplus: 1
`);
    for (const path of [
      'connections.shared.env',
      'tenancy.users.keys',
      'tenancy.buckets.by',
      'projects.list entry 1 ("o\'clock"): ref',
      'projects.list entry 1 ("o\'clock"): database',
      'backup.format',
      'surplus',
    ]) {
      expect(message).toContain(`: ${path}: `);
    }
    expect(message.split('\n').length).toBeGreaterThanOrEqual(7);
  });

  it('reads names from the file and URLs from the environment', async () => {
    const configuration = await load(
      `connections: { shared: { env: A }, projects: { env: B, maintenanceDatabase: admin } }
source: shared
target: projects
backup: { directory: ./kept, format: copy }
timing: { silence: 5s, longestPause: 1500ms, parkAfter: 2h }`,
      { A: URL_A, B: 'postgres://b@127.0.0.1/postgres' },
    );
    expect(configuration.settings).toEqual({
      source: 'shared',
      target: 'projects',
      connections: { shared: { from: 'A' }, projects: { from: 'B', maintenanceDatabase: 'admin' } },
      tenancy: {
        users: { by: 'app-metadata', key: 'project_ref' },
        buckets: { by: 'id-prefix', separator: '-' },
      },
      scopes: {
        tables: {},
        columns: {},
        carry: [],
        ephemeral: 'carry',
        normalizeNullTokens: false,
      },
      createRoles: false,
      sessions: { perProject: 2 },
      projects: undefined,
      backup: { directory: join(folder, 'kept'), format: 'copy' },
      fleet: { limits: {}, templates: 'drop' },
      timing: { silence: 5_000, longestPause: 1_500, parkAfter: 7_200_000 },
    });
    expect(configuration.resolveUrl('shared')).toBe(URL_A);
    expect(JSON.stringify(configuration)).not.toContain('secret');
  });

  it('says for every scope that is not one where it is and what would be right', async () => {
    const message = await errorOf(`tables:
  auth.extra: { scope: owned }
  'auth.other': { scope: owned, via: 'user_id auth.users.id' }
  extra: { scope: bookkeeping }
  'auth.gone': { scope: excluded }
columns: { 'auth.users.legacy': { scope: owned, via: 'a -> b.c.d' } }
ephemeral: maybe`);
    for (const path of [
      'tables.auth.extra.via',
      'tables.auth.other.via: must be a key path such as "user_id -> auth.users.id"',
      'tables.extra',
      'tables.auth.gone.because',
      'columns.auth.users.legacy',
      'ephemeral',
    ]) {
      expect(message).toContain(path);
    }
  });

  it('takes the tenancy of the format, never "all", when nothing is said', () => {
    const { settings } = loadConfiguration({}, { connectionString: URL_A });
    expect(settings.tenancy).toEqual({
      users: { by: 'app-metadata', key: 'project_ref' },
      buckets: { by: 'id-prefix', separator: '-' },
    });
  });

  it('lets flags win over the file', async () => {
    await writeFile(file, 'connections: { shared: { env: A } }\nbackup: { directory: ./kept }');
    const { settings, resolveUrl } = loadConfiguration(
      { A: URL_A },
      { config: file, connectionString: 'postgresql://flag@h/x', backupDirectory: folder },
    );
    expect(resolveUrl(settings.source)).toBe('postgresql://flag@h/x');
    expect(settings.backup.directory).toBe(folder);
    expect(settings.target).toBe(settings.source);
  });

  it.each([
    [
      'an environment variable that is not set',
      'connections: { shared: { env: NOT_SET } }',
      /NOT_SET is not set/,
    ],
    [
      'a source that is no connection',
      'connections: { shared: { env: A } }\nsource: other',
      /"other" is not among/,
    ],
    [
      'a project whose target is no connection',
      'connections: { shared: { env: A } }\nprojects: { list: [{ ref: p, database: p_db, target: eu }] }',
      /projects\.list entry 1 \(\"p\"\): target: "eu" is not among the connections/,
    ],
    [
      'a project whose source has no URL',
      'connections: { shared: { env: A }, eu: { env: NONE } }\nprojects: { list: [{ ref: p, database: p_db, source: eu }] }',
      /connection "eu": the environment variable NONE is not set/,
    ],
    ['a time without a unit', 'timing: { parkAfter: 15 }', /timing\.parkAfter: /],
    [
      'a silence shorter than heartbeats take',
      'timing: { silence: 2s }',
      /timing\.silence: must be at least 3000ms/,
    ],
    ['something that is not YAML', 'connections: [', /not valid YAML/],
    ['a URL of another kind', 'connections: { shared: { env: BAD } }', /not a URL of the form/],
  ])('says what is wrong: %s', async (_what, yaml, says) => {
    const message = await errorOf(yaml, { A: URL_A, BAD: 'mysql://x:secret@h/d' });
    expect(message).toMatch(says);
    expect(message).not.toContain('secret');
  });

  it('takes the name of the host from the environment, and only one that can stand in a queue', () => {
    const load = (name: string) =>
      loadConfiguration({ MOVEOUT_HOST_ID: name }, { connectionString: URL_A });
    expect(load('web-1').settings.backup.host).toBe('web-1');
    expect(load('').settings.backup.host).toBeUndefined();
    expect(() => load('web 1')).toThrow(/MOVEOUT_HOST_ID: "web 1" must begin with/);
  });

  it('says that a file it was told to read is not there', () => {
    expect(() => loadConfiguration({ A: URL_A }, { config: join(folder, 'none.yaml') })).toThrow(
      /none\.yaml: the configuration file cannot be read/,
    );
  });
});
