import { FILE_ERRORS } from '../../activities/disk/fs-errors';
import { CONDITIONS, type Landing } from '../../activities/postgres/errors/classify';
import { EXCEPTIONS } from '../../activities/postgres/errors/classify';
import { NETWORK, SCARCE, SHORT, SOCKET } from '../../activities/postgres/errors/network';
import { FAILURES, isFailureCode } from '../../workflows/domain/failure';
import { textOf } from '../ground/source-files';

/** A table of the documentation: its cells by row, the head first. */
export type Table = readonly (readonly string[])[];

/** The tables of docs/failures.md as they stand in it. */
export function writtenTables(): readonly Table[] {
  const blocks = textOf('docs/failures.md').match(/(?:^\|.*\n)+/gm) ?? [];
  return blocks.map((block) =>
    block
      .trim()
      .split('\n')
      .filter((line) => !/^\|[ |-]+\|$/.test(line))
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      ),
  );
}

/** The same tables as the sources have it. */
export function renderedTables(): readonly Table[] {
  return [failures(), conditions(), exceptions(), systemErrors()];
}

function failures(): Table {
  const rows = Object.entries(FAILURES).map(([code, kind]) => [
    `\`${code}\``,
    kind.meaning,
    kind.retryable ? 'yes' : 'no',
    kind.operatorCanFix ? 'tried again' : 'parked at once',
    kind.action,
  ]);
  return [['code', 'what it means', 'retried', 'while restoring', 'what to do'], ...rows];
}

function conditions(): Table {
  const rows = Object.entries(CONDITIONS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, landing]) => [state.length === 2 ? `${state}…` : state, ...landed(landing)]);
  return [['SQLSTATE', 'what the message says', 'code', 'retried'], ...rows];
}

function exceptions(): Table {
  const rows = EXCEPTIONS.map(({ states, when, ...landing }) => [
    states.join(', '),
    when,
    ...landed(landing),
  ]);
  return [['SQLSTATE', 'when', 'what the message says', 'code', 'retried'], ...rows];
}

function systemErrors(): Table {
  const connections = Object.entries(NETWORK).map(
    ([name, words]) => [name, { code: 'ServerUnavailable', words }] as const,
  );
  const scarce = [...SCARCE].map((name) => [name, { code: 'ServerBusy', words: SHORT }] as const);
  const sockets = Object.entries(SOCKET).map(
    ([name, [code, words]]) => [name, { code, words }] as const,
  );
  const rows = [
    ...grouped('a connection', [...connections, ...scarce]),
    ...grouped('a connection by a socket file', sockets),
    ...grouped('a file of a backup', Object.entries(FILE_ERRORS)),
  ];
  return [['about', 'name', 'what the message says', 'code', 'retried'], ...rows];
}

function grouped(
  about: string,
  errors: readonly (readonly [string, Pick<Landing, 'words'> & { readonly code: string }])[],
): Table {
  const rows = new Map<string, readonly string[]>();
  for (const [name, landing] of errors) {
    const cells = landed(landing);
    const names = rows.get(cells.join())?.[1];
    const all = names === undefined ? name : `${names}, ${name}`;
    rows.set(cells.join(), [about, all, ...cells]);
  }
  return [...rows.values()];
}

function landed({ code, words }: { readonly code: string; readonly words: string }): string[] {
  const isRetried = isFailureCode(code) && FAILURES[code].retryable;
  return [words, `\`${code}\``, isRetried ? 'yes' : 'no'];
}
