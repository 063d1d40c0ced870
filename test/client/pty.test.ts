import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../local/temporal-cli';
import { given } from '../ground/given';
import { ownNamespace } from '../support/temporal/own-namespace';
import { Terminal } from './terminal';

const QUESTION =
  'Interrupted. Ctrl-C again within 3 s cancels the run and restores the target now.';
const WHY =
  'planMigration is tried again: database "postgres" on connection "command-line" (127.0.0.1:1, URL from --connection-string): the server cannot be reached (ECONNREFUSED at 127.0.0.1:1)';
const CTRL_C = '\x03';

/** What stands beside the bars, as one text; `^C` is what the terminal shows of a Ctrl-C. */
const said = ({ shown }: Terminal): string =>
  shown
    .filter((line) => !/^ {2}[>+x] \w+ +\[/.test(line))
    .join(' ')
    .replaceAll('^C', '')
    .replace(/\s+/g, ' ');

/** The script on a pseudo-terminal of the system's own, which turns a typed Ctrl-C into a signal. */
function onPty(columns: number, folder: string, namespace: string) {
  const program = path.join(packageRoot(), 'dist', 'client', 'migrate-project.js');
  const flags = [
    ...['--project-ref=project-abc', '--database=project_abc_db', '--owner=user-123'],
    ...['--connection-string=postgresql://nobody@127.0.0.1:1/postgres', `--backup-dir=${folder}`],
  ];
  const command = `stty cols ${String(columns)} rows 24; exec ${process.execPath} ${program} ${flags.join(' ')}`;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: {
      ...{ PATH, HOME, TERM: 'xterm', MOVEOUT_STATE_DIR: path.join(folder, 'state') },
      TEMPORAL_ADDRESS: given('MOVEOUT_TEST_TEMPORAL_ADDRESS'),
      TEMPORAL_NAMESPACE: namespace,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const terminal = new Terminal(columns);
  child.stdout.setEncoding('utf8').on('data', (text: string) => terminal.echo(text));
  const ended = once(child, 'close');
  const shows = async (words: string): Promise<void> => {
    while (!said(terminal).includes(words)) {
      const [reason] = await Promise.race([
        once(child.stdout, 'data').then(() => ['data']),
        ended.then(() => ['end']),
      ]);
      if (reason === 'end') throw new Error(`not shown: ${words}\n${terminal.shown.join('\n')}`);
    }
  };
  return { child, terminal, ended, shows };
}

// `script` of other systems takes other flags.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the script on a terminal', () => {
  let namespace: string;
  let folder: string;
  beforeAll(async () => {
    namespace = await ownNamespace('pty');
    folder = mkdtempSync(path.join(tmpdir(), 'moveout-pty-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([40, 100])(
    'of %i columns shows whole why a step waits, and the question of Ctrl-C',
    async (columns) => {
      const { child, terminal, ended, shows } = onPty(columns, folder, namespace);
      await shows(WHY);
      child.stdin.write(CTRL_C);
      await shows(QUESTION);
      child.stdin.write(CTRL_C);
      await ended;
      expect(child.exitCode).toBe(130);
      expect(terminal.shown.filter((line) => line.length > columns)).toEqual([]);
      expect(terminal.isAsBefore).toBe(true);
    },
  );
});
