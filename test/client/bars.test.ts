import { Writable } from 'node:stream';
import { displayOn } from '../../client/progress/terminal';
import type { Display } from '../../client/progress/display';
import type { StepView } from '../../client/progress/display';
import { fleetProgress } from './fleet/samples';
import { Terminal } from './terminal';

const view = (step: string, change: Partial<StepView> = {}): StepView => ({
  ...{ step, state: 'running', rows: 0, bytes: 0, seconds: 0, note: '', ...change },
});

const STEPS = [
  view('planMigration', { state: 'done', seconds: 1.5, note: '3 users, 2 buckets' }),
  view('backupProject', { state: 'done', seconds: 2.5, rows: 1234, bytes: 5_200_000 }),
  view('initSchema', { seconds: 57, note: 'auth' }),
];

const WHY =
  '  initSchema is tried again: database "postgres" on connection "shared": lock timeout on table auth.users [SQLSTATE 55P03]';
const QUESTION =
  'Interrupted. Ctrl-C again within 3 s cancels the run and restores the target now.';

const opened: Display[] = [];
afterEach(() => opened.splice(0).forEach((display) => display.end()));

function on(terminal: Terminal, kind = 'xterm'): Display {
  const display = displayOn(terminal, kind);
  opened.push(display);
  return display;
}

const steps = (terminal: Terminal): readonly string[] =>
  terminal.shown.flatMap((line) => /^ {2}[>+x] (\w+) .*\]/.exec(line)?.[1] ?? []);

const said = (terminal: Terminal): string =>
  terminal.shown
    .filter((line) => !/^ {2}[>+x] \w+ +\[/.test(line))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

describe.each([40, 80, 110, 120])('bars on a terminal of %i columns', (columns) => {
  it('leave room for whole sentences, whose words stay whole, and overwrite none', () => {
    const terminal = new Terminal(columns);
    const display = on(terminal);
    display.update(STEPS);
    terminal.echo('^C');
    display.say(QUESTION);
    display.update(STEPS);
    display.say(WHY);
    display.say('Cancelling: the target is being restored.');
    display.end();
    const words = [QUESTION, WHY, 'Cancelling: the target is being restored.'].join(' ');
    expect(said(terminal)).toBe(words.replace(/\s+/g, ' '));
    expect(steps(terminal)).toEqual(['planMigration', 'backupProject', 'initSchema']);
    expect(terminal.isAsBefore).toBe(true);
  });
});

describe('bars', () => {
  it('show a word that is wider than the terminal whole', () => {
    const terminal = new Terminal(80);
    const display = on(terminal);
    const folder = `/backups/${'x'.repeat(150)}/keys.json`;
    display.update(STEPS);
    display.say(`The keys are in ${folder}`);
    display.end();
    expect(terminal.shown.join('')).toContain(folder);
    expect(steps(terminal)).toHaveLength(3);
  });

  it('show what is said before the first bar and after the last one', () => {
    const terminal = new Terminal(80);
    const display = on(terminal);
    display.say(QUESTION);
    display.update(STEPS);
    display.end();
    display.say(WHY);
    expect(said(terminal)).toBe(`${QUESTION} ${WHY.trim()}`);
    expect(steps(terminal)).toHaveLength(3);
  });

  it('marker a line that is too long, and say whole why a step failed', () => {
    const terminal = new Terminal(80);
    const display = on(terminal);
    const note = `table auth.users differs: ${'7 rows changed, '.repeat(6)}and more`;
    display.update([view('verifyProject', { state: 'failed', seconds: 4, note })]);
    display.update([view('verifyProject', { state: 'failed', seconds: 4, note })]);
    display.end();
    const [line = ''] = terminal.shown.filter((one) => one.startsWith('  x verifyProject'));
    expect([line.length, line.at(-1)]).toEqual([79, '…']);
    expect(said(terminal)).toBe(`verifyProject: ${note}`);
  });

  it('say whole why a fleet was stopped', () => {
    const terminal = new Terminal(80);
    const display = on(terminal);
    const stoppedBy = 'the canary project-005 was not migrated: its target is held by another run';
    display.updateFleet({ ...fleetProgress({ total: 40 }), stoppedBy }, 0);
    display.end();
    expect(said(terminal)).toBe(`fleet: ${stoppedBy}`);
  });
});

describe('a terminal that knows no codes', () => {
  it.each(['dumb', ''])('gets plain lines, whose words stay whole: TERM=%j', (kind) => {
    const written: string[] = [];
    const out = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        written.push(text);
        done();
      },
    });
    const display = displayOn(Object.assign(out, { isTTY: true, columns: 80 }), kind);
    display.update(STEPS);
    display.say(WHY);
    display.end();
    const lines = written.join('').split('\n');
    expect(written.join('')).not.toContain('\x1b');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(WHY.trim());
  });
});
