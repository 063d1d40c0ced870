import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfiguration } from '../../worker/config';
import { ConfigError } from '../../worker/config-error';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'moveout-mistakes-'));
  file = path.join(folder, 'moveout.config.yaml');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const URL_A = 'postgresql://a:secret@127.0.0.1:5432/studio';

/** The lines of the message, without the file's path. */
function complaints(yaml: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(file, yaml);
  try {
    loadConfiguration({
      A: URL_A,
      MOVEOUT_SOURCE_URL: URL_A,
      ...environment,
      MOVEOUT_CONFIG: file,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toMatch(/secret|Invalid|expected|received|undefined|discriminator/);
    return error.message.replaceAll(file, 'F').split('\n');
  }
  return [];
}

const CONNECTIONS = 'connections: { shared: { env: A } }\n';

/** What was written, and every line of the answer. */
const MISTAKES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a misspelt group',
    'conections: { shared: { env: A } }\nsource: shared',
    ['F:1:1: conections: unknown setting; did you mean "connections"?'],
  ],
  [
    'a throttle without a limit',
    'throttle: { every: 2s }',
    ['F:1:1: throttle: must have maxLagBytes, maxActiveSessions or query, not a group'],
  ],
  [
    'wrong limits of a throttle',
    'throttle:\n  maxLagBytes: 16MB\n  maxActiveSessions: -1\n  every: 10ms',
    [
      'F:2:3: throttle.maxLagBytes: must be a whole number of bytes, from 1, not "16MB"',
      'F:3:3: throttle.maxActiveSessions: must be a whole number from 0',
      'F:4:3: throttle.every: must be at least 100ms, not "10ms"',
    ],
  ],
  [
    'a throttle that would write',
    'throttle: { query: "DELETE FROM auth.users" }',
    [
      'F:1:13: throttle.query: must be a select statement (line 1, column 1), not "DELETE FROM auth.users"',
    ],
  ],
  [
    'a throttle for one project',
    'throttle: { query: "SELECT $1 = 1" }',
    ['F:1:13: throttle.query: has no $1: it is about all projects'],
  ],
  [
    'a misspelt group at the end',
    'createRoles: true\nbackups: { format: json }',
    ['F:2:1: backups: unknown setting; did you mean "backup"?'],
  ],
  [
    'a misspelt setting of a group',
    'tenancy:\n  user: { by: all }',
    ['F:2:3: tenancy.user: unknown setting; did you mean "users"?'],
  ],
  [
    'a misspelt setting beside a wrong choice',
    'tenancy:\n  buckets: { by: id-prefx, seperator: "-" }',
    [
      'F:2:14: tenancy.buckets.by: must be one of id-prefix, owner, query, table, all, not "id-prefx"; did you mean "id-prefix"?',
      'F:2:28: tenancy.buckets.seperator: unknown setting; did you mean "separator"?',
    ],
  ],
  [
    'a name that is like no setting',
    'backup:\n  colour: red',
    ['F:2:3: backup.colour: unknown setting; known here: directory, format'],
  ],
  [
    'a time without a unit',
    'timing:\n  silence: 15',
    ['F:2:3: timing.silence: must be a length of time such as "15s", "10m" or "2h", not 15'],
  ],
  [
    'a time that is too short',
    'timing: { silence: 2s }',
    ['F:1:11: timing.silence: must be at least 3000ms, not "2s"'],
  ],
  [
    'a choice that is none',
    'backup: { format: jason }',
    ['F:1:11: backup.format: must be one of auto, json, copy, not "jason"; did you mean "json"?'],
  ],
  [
    'a text for a switch',
    'createRoles: "yes"',
    ['F:1:1: createRoles: must be true or false, not "yes"'],
  ],
  [
    'a text for a group',
    'backup: ./backups',
    ['F:1:1: backup: must be a group of settings, each "name: value", not "./backups"'],
  ],
  [
    'a group for a list',
    'projects: { list: { ref: a } }',
    ['F:1:13: projects.list: must be a list, not a group'],
  ],
  [
    'a URL under url',
    `connections:\n  shared: { url: "${URL_A}" }`,
    [
      'F:2:3: connections.shared.env: is missing: it must be the name of an environment variable; the URL itself stays out of the file',
      'F:2:13: connections.shared.url: write env: and the name of the environment variable that holds the URL, for example { env: MOVEOUT_SOURCE_URL }; the URL itself stays out of the file',
    ],
  ],
  [
    'a URL in the place of a connection',
    `connections:\n  shared: "${URL_A}"`,
    [
      'F:2:3: connections.shared: write env: and the name of the environment variable that holds the URL, for example { env: MOVEOUT_SOURCE_URL }; the URL itself stays out of the file',
    ],
  ],
  [
    'a URL under env',
    `connections:\n  shared: { env: "${URL_A}" }`,
    [
      'F:2:13: connections.shared.env: must be the name of an environment variable; the URL itself stays out of the file, not a URL',
    ],
  ],
  [
    'a source that is misspelt',
    `${CONNECTIONS}source: shard`,
    ['F:2:1: source: "shard" is not among the connections; did you mean "shared"?'],
  ],
  [
    'a target that is no connection',
    `${CONNECTIONS}target: elsewhere`,
    [
      'F:2:1: target: "elsewhere" is not among the connections; the connections of the file are: shared',
    ],
  ],
  [
    'the fourth of the projects',
    `projects:\n  list:\n    - { ref: a, database: a }\n    - { ref: b, database: b }\n    - { ref: c, database: c }\n    - { ref: d, database: Postgres }`,
    [
      'F:6:17: projects.list entry 4 ("d"): database: must match [a-z_][a-z0-9_]{0,62}, for example "project_abc_db", not "Postgres"',
    ],
  ],
  [
    'projects that are named twice, and go into one database',
    `projects:\n  list:\n    - { ref: a, database: a }\n    - { ref: a, database: b }\n    - { ref: c, database: a }`,
    [
      'F:4:9: projects.list entry 2 ("a"): ref: "a" is the ref of entry 1 too: each project has its own',
      'F:5:17: projects.list entry 3 ("c"): database: "a" is the database of the same target of entry 1 too: each project has its own',
    ],
  ],
  [
    'a table without a schema',
    'tables:\n  profiles: { scope: bookkeeping }',
    ['F:2:3: tables.profiles: the name must be named "schema.table"'],
  ],
  [
    'a scope without its path',
    "tables:\n  'auth.extra': { scope: owned }",
    [
      'F:2:3: tables.auth.extra.via: is missing: it must be a key path such as "user_id -> auth.users.id"',
    ],
  ],
  [
    'a misspelt limit',
    'fleet:\n  limits: { concurency: 4 }',
    ['F:2:13: fleet.limits.concurency: unknown setting; did you mean "concurrency"?'],
  ],
  [
    'a limit that is out of its range',
    'fleet: { limits: { concurrency: 0 } }',
    ['F:1:20: fleet.limits.concurrency: must be a whole number from 1 to 500'],
  ],
  [
    'an environment variable that is not set',
    'connections:\n  shared: { env: NOT_SET }',
    [
      'F:2:13: connection "shared": the environment variable NOT_SET is not set, and neither does the file .env next to the configuration set it; it must hold a URL such as postgresql://user:password@host:5432/postgres, or NOT_SET_FILE the name of a file with one',
    ],
  ],
  [
    'many at once, each where it stands',
    'conections: {}\nbackup: { format: zip }\ntiming: { silence: 1 }\nprojects:\n  list:\n    - { ref: a, database: a }\n    - { ref: a, database: b, owner: 7 }',
    [
      'F:1:1: conections: unknown setting; did you mean "connections"?',
      'F:2:11: backup.format: must be one of auto, json, copy, not "zip"',
      'F:3:11: timing.silence: must be a length of time such as "15s", "10m" or "2h", not 1',
      'F:7:9: projects.list entry 2 ("a"): ref: "a" is the ref of entry 1 too: each project has its own',
      'F:7:30: projects.list entry 2 ("a"): owner: must be a text, not 7',
    ],
  ],
];

describe('a mistake in the configuration', () => {
  it.each(MISTAKES)('is told with its place and what would be right: %s', (_what, yaml, lines) => {
    expect([...complaints(yaml)].sort()).toEqual([...lines].sort());
  });

  it('is told with line and column where the file is no YAML, every one', () => {
    expect(complaints('source: a\n\ttarget: b')).toEqual([
      expect.stringMatching(/^F:2:1: not valid YAML: .*[Tt]ab/),
    ]);
    expect(complaints('source: a\nsource: b\ntarget: "x')).toEqual([
      expect.stringMatching(/^F:2:1: not valid YAML: .*unique/),
      expect.stringMatching(/^F:3:\d+: not valid YAML: .*quote/),
    ]);
  });
});

describe('a secret', () => {
  const load = (environment: Readonly<Record<string, string>>) =>
    loadConfiguration({ ...environment, MOVEOUT_CONFIG: file });

  it('comes from the file .env beside the configuration, unless the environment has it', () => {
    writeFileSync(file, 'connections: { shared: { env: A }, other: { env: B } }');
    writeFileSync(
      path.join(folder, '.env'),
      `# secrets\nA="postgresql://u:p%23@h/a" # quoted\nexport B=postgresql://u@h/b\n`,
    );
    const { resolveUrl } = load({ B: 'postgresql://set@h/b' });
    expect(resolveUrl('shared')).toBe('postgresql://u:p%23@h/a');
    expect(resolveUrl('other')).toBe('postgresql://set@h/b');
  });

  it('comes from the file that _FILE names', () => {
    writeFileSync(file, '{}');
    const secret = path.join(folder, 'secret');
    writeFileSync(secret, `${URL_A}\n`);
    expect(load({ MOVEOUT_SOURCE_URL_FILE: secret }).resolveUrl('shared')).toBe(URL_A);
  });

  it.each([
    [
      'both are set',
      { MOVEOUT_SOURCE_URL: URL_A },
      /MOVEOUT_SOURCE_URL and MOVEOUT_SOURCE_URL_FILE are both set: leave one of them out/,
      URL_A,
    ],
    [
      'the file is not there',
      {},
      /secret: MOVEOUT_SOURCE_URL_FILE cannot be read \(ENOENT\)/,
      undefined,
    ],
    ['the file holds no URL', {}, /is not a URL of the form postgresql/, 'u:secret@h/p/w'],
    ['the file is empty', {}, /the file that MOVEOUT_SOURCE_URL_FILE names is empty/, '\n'],
  ])('is refused where %s', (_what, environment, words, content) => {
    writeFileSync(file, '{}');
    const secret = path.join(folder, 'secret');
    if (content !== undefined) writeFileSync(secret, content);
    const loading = () => load({ ...environment, MOVEOUT_SOURCE_URL_FILE: secret });
    expect(loading).toThrow(words);
    expect(loading).not.toThrow(/u:secret/);
  });
});
