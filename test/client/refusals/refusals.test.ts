import { aFewAtOnce } from '../../corruption/a-few-at-once';
import { saidBy, type Outcome } from '../script';
import { refusalGround, type Fault, type RefusalGround } from './ground';

let ground: RefusalGround;

/** What makes a request impossible, and how the line that says so must read. */
interface Cause {
  readonly fault?: Fault;
  readonly args?: () => readonly string[];
  readonly says: RegExp;
}

const FROM_SERVERS: Readonly<Record<string, Cause>> = {
  'a wrong password': { fault: 'wrong password', says: /AccessDenied: .*password/ },
  'a server that is down': { fault: 'server down', says: /ServerUnavailable: .*ECONNREFUSED/ },
  'an unknown host': { fault: 'unknown host', says: /ServerUnavailable: .*(ENOTFOUND|EAI_AGAIN)/ },
};
const OF_PROJECTS: Readonly<Record<string, Cause>> = {
  ...FROM_SERVERS,
  'a wrong query for projects': { fault: 'wrong query', says: /(ConfigInvalid|DataRejected): .*/ },
};
const TYPED: Readonly<Record<string, Cause>> = {
  'a flag that nobody knows': {
    args: () => ['--nonsense=1'],
    says: /InvalidInput: unknown option '--nonsense'/,
  },
};
const OF_FLEETS: Readonly<Record<string, Cause>> = {
  ...OF_PROJECTS,
  ...TYPED,
  'a wrong limit': { args: () => ['--concurrency=0'], says: /InvalidInput: --concurrency must be/ },
};

const PROJECT = '--project-ref=project-abc';
const movingOf = (number: string): readonly string[] => [
  `--project-ref=project-${number}`,
  '--owner=user-123',
  `--database=${ground.place.target(number)}`,
];
const moving = () => movingOf('abc');

const fileOf = (name: string, text: string) => (): readonly string[] => [
  `--file=${ground.file(name, text)}`,
];

const twice = (): string => {
  const line = JSON.stringify({ ref: 'project-abc', database: ground.place.target('abc') });
  return `${line}\n${line}\n`;
};

/** Every mode, with what can make it impossible. */
const MODES: readonly {
  readonly mode: string;
  readonly command: () => readonly string[];
  /** What makes a whole request of the command. */
  readonly rest?: readonly string[];
  /** What has to be there for its causes to come about. */
  readonly before?: () => Promise<unknown>;
  readonly causes: Readonly<Record<string, Cause>>;
}[] = [
  { mode: 'plan', command: () => ['plan', ...moving()], causes: { ...OF_PROJECTS, ...TYPED } },
  {
    mode: 'migrate --dry-run',
    command: () => ['migrate', '--dry-run', ...moving()],
    causes: FROM_SERVERS,
  },
  {
    mode: 'migrate',
    command: () => ['migrate', ...moving()],
    causes: { ...OF_PROJECTS, ...TYPED },
  },
  {
    mode: 'backup',
    command: () => ['backup', PROJECT],
    causes: { ...OF_PROJECTS, ...TYPED },
  },
  {
    mode: 'verify',
    command: () => ['verify', PROJECT],
    causes: {
      ...TYPED,
      'no backup to compare with': {
        says: /NotFound: there is no backup of project "project-abc"/,
      },
      'no backup of that name': {
        args: () => ['--backup=backup_project-abc_1'],
        says: /[\w-]+: .*backup_project-abc_1/,
      },
    },
  },
  {
    mode: 'restore',
    command: () => ['restore', `--database=${ground.place.target('abc')}`],
    rest: ['--backup=backup_project-abc_1'],
    causes: {
      ...TYPED,
      'no backup of that name': {
        args: () => ['--backup=backup_project-abc_1'],
        says: /[\w-]+: .*backup_project-abc_1/,
      },
      'no backup named': { says: /InvalidInput: --backup is missing/ },
    },
  },
  {
    mode: 'migrate --all',
    command: () => ['migrate', '--all'],
    causes: {
      ...OF_FLEETS,
      'no configured projects': { fault: 'no projects', says: /ConfigInvalid: .*project/ },
      'a file that is not there': {
        args: () => ['--file=/nonexistent'],
        says: /[A-Z]\w+: .*\/nonexistent/,
      },
      'a file that is no JSON': {
        args: fileOf('plain', 'project-abc\nproject-003\n'),
        says: /[A-Z]\w+: .*plain.*line 1/,
      },
      'a file with one project twice': {
        args: () => fileOf('twice', twice())(),
        says: /[A-Z]\w+: .*project-abc/,
      },
    },
  },
  {
    mode: 'retry-failed',
    command: () => ['retry-failed'],
    before: () => ground.moveout('wrong password', 'migrate', ...movingOf('003')),
    causes: {
      ...OF_FLEETS,
      'a fleet that nobody knows': {
        args: () => ['--of=fleet_1700000000000_0a1b2c3d'],
        says: /[A-Z]\w+: .*fleet_1700000000000_0a1b2c3d/,
      },
    },
  },
  { mode: 'reconcile', command: () => ['reconcile'], causes: { ...FROM_SERVERS, ...TYPED } },
  {
    mode: 'fleet status',
    command: () => ['fleet', 'status', '--id=nobody'],
    causes: { ...TYPED, 'no such fleet': { says: /InvalidInput: no fleet has run as nobody/ } },
  },
  ...['pause', 'resume', 'stop'].map((action) => ({
    mode: `fleet ${action}`,
    command: () => ['fleet', action, '--id=nobody'],
    causes: { ...TYPED, 'no such fleet': { says: /InvalidInput: no fleet has run as nobody/ } },
  })),
  {
    mode: 'fleet limits',
    command: () => ['fleet', 'limits'],
    rest: ['--concurrency=3'],
    causes: { 'no limit named': { says: /InvalidInput: fleet limits needs a limit/ } },
  },
  {
    mode: 'schedule create',
    command: () => ['schedule', 'create', 'nightly'],
    causes: { ...TYPED, 'no time named': { says: /InvalidInput: one of --cron or --every/ } },
  },
  ...['pause', 'resume', 'trigger', 'delete'].map((action) => ({
    mode: `schedule ${action}`,
    command: () => ['schedule', action, 'nobody'],
    causes: { 'no such schedule': { says: /InvalidInput: there is no schedule "nobody"/ } },
  })),
  { mode: 'schedule list', command: () => ['schedule', 'list'], causes: TYPED },
];

/** A Temporal that is not there is a cause for every mode. */
const NO_TEMPORAL = 'no Temporal that answers';
const NO_ANSWER = /ServerUnavailable: .*127\.0\.0\.1:1 does not answer/;

type ModeCase = (typeof MODES)[number];

/** Runs of one mode share a workflow id, so its causes follow each other; modes go side by side. */
const outcomes = aFewAtOnce(MODES, playMode, 8);

async function playMode({
  command,
  causes,
  rest = [],
  before,
}: ModeCase): Promise<ReadonlyMap<string, Outcome>> {
  const played = new Map<string, Outcome>();
  await before?.();
  for (const [cause, { fault = 'nothing', args }] of Object.entries(causes)) {
    played.set(cause, await ground.moveout(fault, ...command(), ...(args?.() ?? [])));
  }
  return played.set(NO_TEMPORAL, await ground.withoutTemporal(...command(), ...rest, '--json'));
}

beforeAll(async () => {
  ground = await refusalGround();
});

afterAll(async () => {
  await outcomes.settled();
  await ground.close();
});

describe.each(MODES)('$mode', (one) => {
  const causes = Object.entries(one.causes).map(([cause, { says }]) => [cause, says] as const);

  it.each([...causes, [NO_TEMPORAL, NO_ANSWER] as const])(
    'says why it is refused: %s',
    async (cause, says) => {
      const { status, stdout, stderr } = (await outcomes.resultOf(one)).get(cause) ?? NOT_PLAYED;
      expect(`${stdout}\n${stderr}`.split('\n')).toContainEqual(expect.stringMatching(says));
      expect(status).toBe(2);
      const password = new URL(ground.place.url).password;
      expect(`${stdout}${stderr}`).not.toMatch(new RegExp(`:(wrong|${password})@`));
      if (cause === NO_TEMPORAL) expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused' });
      expect(await ground.place.databases()).toEqual([ground.place.database]);
    },
    300_000,
  );
});

const NOT_PLAYED: Outcome = { status: null, stdout: '', stderr: 'not played' };

describe('a plan that Ctrl-C ends', () => {
  it.each([[['plan']], [['migrate', '--dry-run']], [['migrate']]])(
    'says of %j that nothing was touched',
    async (command) => {
      const running = ground.startMoveout('silent server', ...command, ...moving());
      await saidBy(running, 'project-abc →');
      running.child.kill('SIGINT');
      await saidBy(running, 'Interrupted.');
      running.child.kill('SIGINT');
      const { status, stderr } = await running.ended;
      expect(stderr).toMatch(/project-abc.*nothing was touched:(\n {2}| )Cancelled: /);
      expect(status).toBe(130);
    },
  );
});
