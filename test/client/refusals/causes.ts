import type { Fault } from './ground';

/** What makes a request impossible, and how the line that says so reads. */
export interface Cause {
  /** What is wrong with the servers or the configuration; nothing if it is the request. */
  readonly fault?: Fault;
  /** What the request has beside the mode's own flags. */
  readonly args?: () => readonly string[];
  /** The whole request, if it is not the mode's own. */
  readonly command?: readonly string[];
  readonly says: RegExp;
}

/** The ten causes that every mode is tried with. */
type CauseName =
  | 'a wrong password'
  | 'a server that is down'
  | 'an unknown host'
  | 'a wrong query for projects'
  | 'no configured projects'
  | 'a file that is not there'
  | 'a file that cannot be used'
  | 'a wrong value of a flag'
  | 'a flag that nobody knows'
  | 'no Temporal that answers';

/** What is wrong elsewhere and does not concern the mode: it ends well. */
export interface Harmless {
  readonly fault: Fault;
  readonly because: string;
}

/** How a mode is refused for each cause, or why the cause cannot come about in it. */
export type Causes = Readonly<Record<CauseName, Cause | Harmless | string>>;

/** The one cause that is played where no Temporal answers. */
export const NO_TEMPORAL: CauseName = 'no Temporal that answers';

const ALWAYS = {
  'a flag that nobody knows': {
    args: () => ['--nonsense=1'],
    says: /InvalidInput: unknown option '--nonsense'/,
  },
  'no Temporal that answers': {
    says: /ServerUnavailable: .*127\.0\.0\.1:1 does not answer/,
  },
};

const FROM_SERVERS = {
  'a wrong password': { fault: 'wrong password', says: /AccessDenied: .*password/ },
  'a server that is down': { fault: 'server down', says: /ServerUnavailable: .*ECONNREFUSED/ },
  'an unknown host': { fault: 'unknown host', says: /ServerUnavailable: .*(ENOTFOUND|EAI_AGAIN)/ },
} as const;

const NO_DATABASES = 'it asks Temporal alone and opens no database';
const NO_LIST = 'it reads no list of projects';
const NO_FILE = 'it reads no file';

/** A mode that knows all that it needs without the list of projects. */
export const WITHOUT_LIST = {
  'a wrong query for projects': NO_LIST,
  'no configured projects': NO_LIST,
} as const;

/** The same, and it is played. */
export const HARMLESS_LIST = {
  'a wrong query for projects': { fault: 'wrong query', because: NO_LIST },
  'no configured projects': { fault: 'no projects', because: NO_LIST },
} as const;

/** A mode that opens no database, and that is played. */
export const HARMLESS_SERVERS = {
  'a wrong password': { fault: 'wrong password', because: NO_DATABASES },
  'a server that is down': { fault: 'server down', because: NO_DATABASES },
  'an unknown host': { fault: 'unknown host', because: NO_DATABASES },
} as const;
const FROM_TEMPORAL = {
  'a wrong password': NO_DATABASES,
  'a server that is down': NO_DATABASES,
  'an unknown host': NO_DATABASES,
  ...WITHOUT_LIST,
  'a file that is not there': NO_FILE,
  'a file that cannot be used': NO_FILE,
};

const WRONG_QUERY: Cause = {
  fault: 'wrong query',
  says: /ConfigInvalid: projects\.query: PostgreSQL refuses the statement/,
};

/** A file that is not there, named by a flag. */
export const missing = (flag: string): Cause => ({
  args: () => [`--${flag}=/nonexistent.file`],
  says: /[A-Z]\w+: .*\/nonexistent\.file/,
});

/** A file whose text cannot be used, named by a flag. */
export const unusable = (flag: string, file: () => string): Cause => ({
  args: () => [`--${flag}=${file()}`],
  says: /[A-Z]\w+: .*unusable.*\b[12]\b/,
});

const NOT_CONFIGURED = {
  fault: 'no projects',
  says: /(ConfigInvalid|InvalidInput): .*project/,
} as const;

/** A mode that works on one project, by a configuration that a file may hold. */
export function ofOneProject(
  command: readonly string[],
  file: () => string,
  more: Partial<Causes> = {},
): Causes {
  return {
    ...FROM_SERVERS,
    ...ALWAYS,
    'a wrong query for projects': WRONG_QUERY,
    'no configured projects': {
      ...NOT_CONFIGURED,
      command: [...command, '--project-ref=project-abc'],
    },
    'a file that is not there': missing('config'),
    'a file that cannot be used': unusable('config', file),
    'a wrong value of a flag': wrong('--on-drift=maybe', '--on-drift'),
    ...more,
  };
}

/** A mode that works on many projects, which a file may list. */
export function ofManyProjects(file: () => string, more: Partial<Causes>): Causes {
  return {
    ...FROM_SERVERS,
    ...ALWAYS,
    'a wrong query for projects': WRONG_QUERY,
    'no configured projects': NOT_CONFIGURED,
    'a file that is not there': missing('file'),
    'a file that cannot be used': unusable('file', file),
    'a wrong value of a flag': wrong('--concurrency=0', '--concurrency'),
    ...more,
  };
}

/** A mode that asks Temporal alone. */
export function ofTemporal(more: Partial<Causes> = {}): Causes {
  return {
    ...FROM_TEMPORAL,
    ...ALWAYS,
    'a wrong value of a flag': 'it has no flag that takes a value',
    ...more,
  };
}

/** A flag with a value that it cannot have. */
export function wrong(arg: string, named: string): Cause {
  return { args: () => [arg], says: new RegExp(`(ConfigInvalid|InvalidInput): .*${named}`) };
}
