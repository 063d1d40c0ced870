import { readFileSync } from 'node:fs';

/** A stretch of a server's log, in lines, in which one run changed something or tried to. */
export interface Writing {
  /** The run, as the names of its sessions begin. */
  readonly run: string;
  readonly step: string;
  readonly ref: string;
  readonly pid: string;
  readonly database: string;
  readonly first: number;
  /** The next thing that the same session said: the change was committed, or rolled back, by then. */
  last: number;
  readonly sql: string;
}

interface Line {
  readonly number: number;
  readonly pid: string;
  readonly database: string;
  readonly run: string;
  readonly step: string;
  readonly ref: string;
  readonly said: string;
}

const LINE =
  /^<(?<pid>\d+)\|(?<database>[^|]*)\|moveout (?<run>[0-9a-f]{12}) (?<step>\w+)#\d+ (?<ref>[^>]*)> LOG: {2}(?<said>.*)$/;
const STATEMENT = /^(?:statement|execute [^:]*): /;
const CHANGES =
  /^(?:INSERT|UPDATE|DELETE|TRUNCATE|CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|DO)\b|^COPY [^(]+.* FROM STDIN/;
const TEMPORARY = /\bTEMP TABLE\b|\bpg_temp\b/;

/**
 * Reads from a log that `startLoggedServer` writes which runs changed something, and when. A change is
 * a transaction from its first changing statement to its end; a statement of its own is one too.
 * Temporary tables are nobody else's.
 */
export function writingsIn(logFile: string): readonly Writing[] {
  const writings: Writing[] = [];
  const open = new Map<string, Writing>();
  const inTransaction = new Set<string>();
  for (const line of linesOf(logFile)) {
    const { pid, said } = line;
    const sql = said.replace(STATEMENT, '');
    const current = open.get(pid);
    if (current !== undefined) current.last = line.number;
    if (!inTransaction.has(pid)) open.delete(pid);
    if (sql.startsWith('BEGIN')) inTransaction.add(pid);
    if (/^(?:COMMIT|ROLLBACK)/.test(sql)) inTransaction.delete(pid);
    if (open.has(pid) || !CHANGES.test(sql) || TEMPORARY.test(sql)) continue;
    const { run, step, ref, database, number } = line;
    const writing = { run, step, ref, pid, database, first: number, last: number, sql };
    writings.push(writing);
    open.set(pid, writing);
  }
  return writings;
}

/** Pairs of different runs that changed something at the same time. */
export function overlaps(writings: readonly Writing[]): readonly (readonly [Writing, Writing])[] {
  return writings.flatMap((one) =>
    writings
      .filter((other) => other.run !== one.run && other.first > one.first && other.first < one.last)
      .map((other) => [one, other] as const),
  );
}

function linesOf(logFile: string): readonly Line[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .flatMap((text, number) => {
      const {
        pid = '',
        database = '',
        run = '',
        step = '',
        ref = '',
        said = '',
      } = LINE.exec(text)?.groups ?? {};
      return pid === '' ? [] : [{ number, pid, database, run, step, ref, said }];
    });
}
