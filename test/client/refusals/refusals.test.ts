import { aFewAtOnce } from '../../corruption/a-few-at-once';
import { saidBy, type Outcome } from '../script';
import {
  HARMLESS_LIST,
  HARMLESS_SERVERS,
  missing,
  NO_TEMPORAL,
  ofManyProjects,
  ofOneProject,
  ofTemporal,
  unusable,
  WITHOUT_LIST,
  wrong,
  type Cause,
  type Causes,
  type Harmless,
} from './causes';
import { refusalGround, type RefusalGround } from './ground';
import { expectNamed } from './remedies';

let ground: RefusalGround;

const PROJECT = '--project-ref=project-abc';
const movingOf = (number: string): readonly string[] => [
  `--project-ref=project-${number}`,
  '--owner=user-123',
  `--database=${ground.place.target(number)}`,
];
const moving = () => movingOf('abc');
const restoring = (): readonly string[] => [
  `--backup=${ground.backupId}`,
  `--database=${ground.place.target('abc')}`,
];

const twice = (): string => {
  const line = JSON.stringify({ ref: 'project-abc', database: ground.place.target('abc') });
  return `${line}\n${line}\n`;
};

const broken = (): string => ground.file('unusable.yaml', 'source: [\n');
const plain = (): string => ground.file('unusable.jsonl', 'project-abc\nproject-003\n');

const ABSENT = 'backup_project-abc_1';
const NAMES_ABSENT = new RegExp(`[A-Z]\\w+: .*${ABSENT}`);
const restoreOf = (flags: readonly string[], says: RegExp): Cause => ({
  command: ['restore', '--database=any', ...flags],
  says,
});
const EMPTY_ID = /InvalidInput: .*--id/;
const WRONG_LIMIT = /InvalidInput: .*--concurrency/;
const READ_LATER = 'the fleet reads the file, each time it starts';
const NO_FLEET: Cause = { says: /InvalidInput: there is no fleet with the workflow id nobody/ };
const NO_SCHEDULE: Cause = { says: /InvalidInput: there is no schedule "nobody"/ };

interface Mode {
  readonly mode: string;
  readonly command: () => readonly string[];
  /** What has to be there for its causes to come about. */
  readonly before?: () => Promise<unknown>;
  readonly causes: Causes;
  /** What only this mode is refused for. */
  readonly own?: Readonly<Record<string, Cause>>;
  /** All its runs have one workflow id, so that its causes follow each other. */
  readonly isOneRun?: boolean;
}

/** Every mode, with each of the ten causes. Those that are played one cause after another come first. */
const MODES: readonly Mode[] = [
  {
    mode: 'retry-failed',
    command: () => ['retry-failed'],
    before: () => ground.moveout('wrong password', 'migrate', ...movingOf('003')),
    causes: ofManyProjects(plain, {
      'no configured projects': 'it moves what has failed, whether it is configured or not',
      'a file that is not there': missing('config'),
      'a file that cannot be used': unusable('config', broken),
    }),
    own: {
      'a fleet that nobody knows': {
        args: () => ['--of=fleet_1700000000000_0a1b2c3d'],
        says: /[A-Z]\w+: .*fleet_1700000000000_0a1b2c3d/,
      },
    },
    isOneRun: true,
  },
  {
    mode: 'migrate --all',
    command: () => ['migrate', '--all'],
    causes: ofManyProjects(plain, {}),
    own: {
      'a file with one project twice': {
        args: () => [`--file=${ground.file('twice', twice())}`],
        says: /[A-Z]\w+: .*project-abc/,
      },
    },
    isOneRun: true,
  },
  {
    mode: 'migrate',
    command: () => ['migrate', ...moving()],
    causes: ofOneProject(['migrate'], broken),
    isOneRun: true,
  },
  {
    mode: 'restore',
    command: () => ['restore', ...restoring()],
    causes: ofOneProject(['restore'], broken, {
      ...WITHOUT_LIST,
      'a wrong value of a flag': restoreOf(['--backup='], /InvalidInput: --backup must be/),
    }),
    own: {
      'no backup of that name': restoreOf([`--backup=${ABSENT}`], NAMES_ABSENT),
      'no backup named': restoreOf([], /InvalidInput: --backup is missing/),
    },
    isOneRun: true,
  },
  {
    mode: 'reconcile',
    command: () => ['reconcile'],
    causes: ofOneProject(['reconcile'], broken, {
      ...HARMLESS_LIST,
      'a wrong value of a flag': wrong('--connection-string=nonsense', '--connection-string'),
    }),
    isOneRun: true,
  },
  {
    mode: 'restore --dry-run',
    command: () => ['restore', '--dry-run', ...restoring()],
    causes: ofOneProject(['restore', '--dry-run'], broken, {
      ...HARMLESS_LIST,
      'a wrong value of a flag': restoreOf(['--dry-run', '--backup='], /: --backup must be/),
    }),
    own: {
      'no backup of that name': restoreOf(['--dry-run', `--backup=${ABSENT}`], NAMES_ABSENT),
    },
  },
  {
    mode: 'plan',
    command: () => ['plan', ...moving()],
    causes: ofOneProject(['plan'], broken),
  },
  {
    mode: 'migrate --dry-run',
    command: () => ['migrate', '--dry-run', ...moving()],
    causes: ofOneProject(['migrate', '--dry-run'], broken),
  },
  {
    mode: 'backup',
    command: () => ['backup', PROJECT],
    causes: ofOneProject(['backup'], broken, {
      'a wrong value of a flag': wrong('--owner=', '--owner'),
    }),
  },
  {
    mode: 'verify',
    command: () => ['verify', PROJECT],
    causes: ofOneProject(['verify'], broken),
    own: {
      'no backup to compare with': {
        says: /NotFound: there is no backup of project "project-abc"/,
      },
      'no backup of that name': { args: () => [`--backup=${ABSENT}`], says: NAMES_ABSENT },
    },
  },
  ...['status', 'pause', 'resume', 'stop'].map((action): Mode => ({
    mode: `fleet ${action}`,
    command: () => ['fleet', action, '--id=nobody'],
    causes: ofTemporal({
      'a wrong value of a flag': { command: ['fleet', action, '--id='], says: EMPTY_ID },
    }),
    own: { 'no such fleet': NO_FLEET },
  })),
  {
    mode: 'fleet limits',
    command: () => ['fleet', 'limits', '--concurrency=3'],
    causes: ofTemporal({
      'a wrong value of a flag': {
        command: ['fleet', 'limits', '--concurrency=0'],
        says: WRONG_LIMIT,
      },
    }),
    own: {
      'no limit named': {
        command: ['fleet', 'limits'],
        says: /InvalidInput: fleet limits needs a limit/,
      },
    },
  },
  {
    mode: 'schedule create',
    command: () => ['schedule', 'create', 'nightly'],
    causes: ofTemporal({
      'a wrong value of a flag': wrong('--every=often', '--every'),
      'a file that is not there': READ_LATER,
      'a file that cannot be used': READ_LATER,
    }),
    own: { 'no time named': { says: /InvalidInput: one of --cron or --every/ } },
  },
  ...['pause', 'resume', 'trigger', 'delete'].map((action): Mode => ({
    mode: `schedule ${action}`,
    command: () => ['schedule', action, 'nobody'],
    causes: ofTemporal(),
    own: { 'no such schedule': NO_SCHEDULE },
  })),
  {
    mode: 'schedule list',
    command: () => ['schedule', 'list'],
    causes: ofTemporal(HARMLESS_SERVERS),
  },
];

interface Cell extends Partial<Cause> {
  readonly name: string;
}

/** What a mode is played with: those of the ten causes that can be played, and its own. */
function cellsOf({ causes, own = {} }: Mode): readonly Cell[] {
  const all: readonly [string, Cause | Harmless | string][] = Object.entries({ ...causes, ...own });
  return all.flatMap(([name, cause]) => (typeof cause === 'string' ? [] : [{ name, ...cause }]));
}

/** Cells of one mode that follow each other. */
interface Lane {
  readonly mode: Mode;
  readonly cells: readonly Cell[];
}

function lanesOf(mode: Mode): readonly Lane[] {
  const cells = cellsOf(mode);
  const follows = ({ name }: Cell): boolean => mode.isOneRun === true && name !== NO_TEMPORAL;
  const alone = cells.filter((cell) => !follows(cell)).map((cell) => ({ mode, cells: [cell] }));
  const together = cells.filter(follows);
  return together.length === 0 ? alone : [{ mode, cells: together }, ...alone];
}

const LANES = MODES.flatMap(lanesOf);

/** Most cells wait for the end of retries, so that many go side by side at little cost. */
const outcomes = aFewAtOnce(LANES, playLane, 24);

async function playLane({ mode, cells }: Lane): Promise<ReadonlyMap<Cell, Outcome>> {
  const said = new Map<Cell, Outcome>();
  if (cells.length > 1) await mode.before?.();
  for (const cell of cells) said.set(cell, await playCell(mode, cell));
  return said;
}

function playCell(mode: Mode, cell: Cell): Promise<Outcome> {
  const { name, fault = 'nothing', args, command = mode.command() } = cell;
  return name === NO_TEMPORAL
    ? ground.withoutTemporal(...command, '--json')
    : ground.moveout(fault, ...command, ...(args?.() ?? []));
}

beforeAll(async () => {
  ground = await refusalGround();
});

afterAll(async () => {
  await outcomes.settled();
  await ground.close();
});

describe.each(LANES)('$mode.mode', (lane) => {
  it.each(lane.cells)(
    'says why it is refused, or that it is not: $name',
    async (cell) => {
      const { status, stdout, stderr } = (await outcomes.resultOf(lane)).get(cell) ?? NOT_PLAYED;
      const { name, says } = cell;
      if (says !== undefined) {
        expect(`${stdout}\n${stderr}`.split('\n')).toContainEqual(expect.stringMatching(says));
        expectNamed(name, stderr);
      }
      expect(status).toBe(says === undefined ? 0 : 2);
      const password = new URL(ground.place.url).password;
      expect(`${stdout}${stderr}`).not.toMatch(new RegExp(`:(wrong|${password})@`));
      if (name === NO_TEMPORAL) expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused' });
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
