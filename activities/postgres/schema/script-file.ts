import { createHash } from 'node:crypto';
import { failure } from '../../runtime/failure';
import type { ScriptParts } from './script';

/** Who wrote the file and from what, one `-- name: value` line each. Hold no secrets. */
type ScriptHeader = Readonly<Record<string, string>>;

const MARKER = '-- moveout:';
const STATEMENT = /^(preData|postData) (\d+)$/;
const END = /^end (\d+) (\d+) ([0-9a-f]{64})$/;
const PARTS = ['preData', 'postData'] as const;
const SEPARATOR = '\n;\n';

/**
 * The text of `schema.sql`. Every statement follows a line with its half and its length in bytes, so that
 * its own text can hold anything. `psql -v ON_ERROR_STOP=1 -f schema.sql` runs it, each half in a transaction.
 */
export function renderSchemaSql(
  script: { readonly statements: ScriptParts },
  header: ScriptHeader = {},
): string {
  const { preData, postData } = script.statements;
  const lines = Object.entries(header).map(
    ([name, value]) => `-- ${oneLine(name)}: ${oneLine(value)}\n`,
  );
  return [
    ...lines,
    '-- Before the rows.\nBEGIN;\n',
    ...preData.map((statement) => renderStatement('preData', statement)),
    'COMMIT;\n-- The rows go here. After the rows.\nBEGIN;\n',
    ...postData.map((statement) => renderStatement('postData', statement)),
    'COMMIT;\n',
    `${MARKER}end ${preData.length} ${postData.length} ${checksum(script.statements)}\n`,
  ].join('');
}

/**
 * The exact inverse of {@link renderSchemaSql}: the same statements, byte for byte. Throws one error that
 * says where the text is damaged: cut short, edited, or not written by moveout.
 */
export function parseSchemaSql(text: string): { preData: string[]; postData: string[] } {
  const bytes = Buffer.from(text, 'utf8');
  const parts = { preData: new Array<string>(), postData: new Array<string>() };
  for (let at = nextMarker(bytes, 0); ;) {
    const line = lineAt(bytes, at);
    const ended = END.exec(line.marker);
    if (ended) return verified(parts, ended);
    const { part, statement, next } = readStatement(bytes, line);
    parts[part].push(statement);
    at = nextMarker(bytes, next);
  }
}

interface MarkerLine {
  readonly marker: string;
  readonly start: number;
  readonly next: number;
}

function renderStatement(part: keyof ScriptParts, statement: string): string {
  return `${MARKER}${part} ${Buffer.byteLength(statement)}\n${statement}${SEPARATOR}`;
}

/** The next line that begins with the marker; between statements there are only lines of our own. */
function nextMarker(bytes: Buffer, from: number): number {
  if (bytes.subarray(from, from + MARKER.length).toString() === MARKER) return from;
  const found = bytes.indexOf(`\n${MARKER}`, from);
  if (found < 0) throw damaged(from, 'its end is missing');
  return found + 1;
}

function lineAt(bytes: Buffer, start: number): MarkerLine {
  const end = bytes.indexOf('\n', start);
  if (end < 0) throw damaged(start, 'its last line is cut short');
  return { marker: bytes.subarray(start + MARKER.length, end).toString(), start, next: end + 1 };
}

function readStatement(bytes: Buffer, { marker, start, next }: MarkerLine) {
  const [, word, length] = STATEMENT.exec(marker) ?? [];
  const part = PARTS.find((name) => name === word);
  if (part === undefined) throw damaged(start, `"${marker}" is no statement`);
  const end = next + Number(length);
  if (bytes.subarray(end, end + SEPARATOR.length).toString() !== SEPARATOR) {
    throw damaged(start, `the statement there is not ${length ?? ''} bytes long`);
  }
  return {
    part,
    statement: bytes.subarray(next, end).toString('utf8'),
    next: end + SEPARATOR.length,
  };
}

function verified<T extends ScriptParts>(parts: T, [, preData, postData, sum]: RegExpExecArray): T {
  const counted = `${parts.preData.length} and ${parts.postData.length}`;
  if (counted !== `${String(preData)} and ${String(postData)}`) {
    throw failure(
      'BackupDamaged',
      `schema.sql is damaged: it holds ${counted} statements, ${String(preData)} and ${String(postData)} were written`,
    );
  }
  if (checksum(parts) !== sum) {
    throw failure(
      'BackupDamaged',
      'schema.sql is damaged: its statements do not match its checksum',
    );
  }
  return parts;
}

function checksum({ preData, postData }: ScriptParts): string {
  return createHash('sha256')
    .update(JSON.stringify([preData, postData]))
    .digest('hex');
}

function damaged(at: number, what: string): Error {
  return failure('BackupDamaged', `schema.sql is damaged at byte ${at}: ${what}`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
