import { z } from 'zod';

/** One piece of SQL text, by the lexical rules of PostgreSQL; the pieces put together are the text again. */
interface Piece {
  readonly text: string;
  /** Where it begins in the text. */
  readonly at: number;
  /** `open` begins something that does not end; `blank` is space or a comment. */
  readonly kind: 'blank' | 'parameter' | 'word' | 'quoted' | 'other' | 'open';
}

const LETTER = 'A-Za-z_\\u0080-\\u{10ffff}';
const TAG = `\\$(?:[${LETTER}][${LETTER}0-9]*)?\\$`;
// What follows is no quote: a pair of them is one that stands in the text.
const ESCAPED = `'(?:[^'\\\\]|''|\\\\[^])*'(?!')`;
const PREFIX = '(?:[bBnNxX]|[uU]&)?';

/** The first that matches at a place is the piece there. */
const PATTERNS: readonly (readonly [Piece['kind'], RegExp])[] = [
  ['blank', /[ \t\n\r\f\v]+|--[^\n\r]*/uy],
  // On a later line such a text goes on with its escapes.
  ['quoted', new RegExp(`[eE]${ESCAPED}(?:[ \\t\\f]*[\\n\\r]\\s*${ESCAPED})*`, 'uy')],
  ['quoted', new RegExp(`${PREFIX}'(?:[^']|'')*'(?!')|(?:[uU]&)?"(?:[^"]|"")*"(?!")`, 'uy')],
  ['quoted', new RegExp(`(?<tag>${TAG})[^]*?\\k<tag>`, 'uy')],
  ['open', new RegExp(`(?:[eE]|${PREFIX})'|(?:[uU]&)?"|${TAG}`, 'uy')],
  ['parameter', /\$[0-9]+/uy],
  ['word', new RegExp(`[${LETTER}][${LETTER}0-9$]*`, 'uy')],
  ['other', /[0-9][0-9.]*/uy],
];

/** A configured statement that reads: one alone, without the semicolon and the comments around it. */
export interface Statement {
  readonly configured: string;
  readonly pieces: readonly Piece[];
}

/** A statement as a configuration holds it. */
export const statementText = z.string().superRefine((text, context) => {
  const read = readStatement(text);
  if ('problem' in read) context.addIssue({ code: 'custom', message: read.problem });
});

/** A configured statement that is about no single project: it has no `$1`. */
export const statementTextForAll = statementText.refine(
  (text) => piecesOf(text).every(({ kind }) => kind !== 'parameter'),
  'has no $1: it is about all projects',
);

/** Reads a configured statement; if it cannot be used, says why and where. */
export function readStatement(
  configured: string,
): { readonly statement: Statement } | { readonly problem: string } {
  const pieces = piecesOf(configured);
  const wrong = wrongIn(pieces);
  if (wrong !== undefined) {
    const [why, piece] = wrong;
    return { problem: piece === undefined ? why : `${why} (${lineAt(configured, piece.at)})` };
  }
  const own = pieces.slice(0, endOf(pieces));
  const [first, last] = [own.findIndex(says), own.findLastIndex(says)];
  return { statement: { configured, pieces: own.slice(first, last + 1) } };
}

/** The statement as SQL, with the given SQL in the place of `$1`. */
export function filled({ pieces }: Statement, first: string): string {
  return pieces.map((piece) => textOf(piece, first)).join('');
}

/**
 * Where in the configured text the character of a filled statement stands, in words; `undefined` if
 * it stands outside of it. Both count characters as PostgreSQL does.
 */
export function placeIn(
  { configured, pieces }: Statement,
  position: number,
  first: string,
): string | undefined {
  let before = 0;
  for (const piece of pieces) {
    const text = Array.from(textOf(piece, first));
    if (position >= before && position < before + text.length) {
      const within = piece.kind === 'parameter' ? '' : text.slice(0, position - before).join('');
      return lineAt(configured, piece.at + within.length);
    }
    before += text.length;
  }
  return position === before ? 'at its end' : undefined;
}

/** Takes SQL text into its pieces. */
function piecesOf(sql: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < sql.length; at += pieces.at(-1)?.text.length ?? 1) {
    pieces.push(sql.startsWith('/*', at) ? commentAt(sql, at) : pieceAt(sql, at));
  }
  return pieces;
}

function pieceAt(sql: string, at: number): Piece {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { text, at, kind };
  }
  return { text: String.fromCodePoint(sql.codePointAt(at) ?? 0), at, kind: 'other' };
}

/** Comments of this kind may stand within each other. */
function commentAt(sql: string, at: number): Piece {
  const markers = /\/\*|\*\//g;
  markers.lastIndex = at;
  let depth = 0;
  for (let marker = markers.exec(sql); marker !== null; marker = markers.exec(sql)) {
    depth += marker[0] === '/*' ? 1 : -1;
    if (depth === 0) return { text: sql.slice(at, markers.lastIndex), at, kind: 'blank' };
  }
  return { text: '/*', at, kind: 'open' };
}

const READING: readonly string[] = ['SELECT', 'WITH', 'VALUES', 'TABLE'];

/** What keeps the pieces from being one statement that reads, and the piece that shows it. */
function wrongIn(pieces: readonly Piece[]): readonly [string, Piece | undefined] | undefined {
  const open = pieces.find(({ kind }) => kind === 'open');
  if (open !== undefined) return [`${open.text} is opened and never closed`, open];
  const end = endOf(pieces);
  const own = pieces.slice(0, end);
  if (!own.some(says)) return ['must be a select statement', undefined];
  const second = pieces.slice(end).find((piece) => says(piece) && !isSign(piece, ';'));
  if (second !== undefined) return ['must be one statement; here a second one begins', second];
  const opening = own.find((piece) => says(piece) && !isSign(piece, '('));
  if (opening === undefined || !READING.includes(opening.text.toUpperCase()))
    return ['must be a select statement', opening];
  const other = own.find(({ kind, text }) => kind === 'parameter' && text !== '$1');
  if (other !== undefined) return [`has no ${other.text}: $1, the ref, is the only one`, other];
  return unbalanced(own);
}

function unbalanced(pieces: readonly Piece[]): readonly [string, Piece] | undefined {
  const open: Piece[] = [];
  for (const piece of pieces) {
    if (isSign(piece, '(')) open.push(piece);
    if (isSign(piece, ')') && open.pop() === undefined) return ['this ) closes nothing', piece];
  }
  const [first] = open;
  return first && ['this ( is never closed', first];
}

/** The index of the semicolon that ends the statement, or the length. */
function endOf(pieces: readonly Piece[]): number {
  const end = pieces.findIndex((piece) => isSign(piece, ';'));
  return end < 0 ? pieces.length : end;
}

function isSign({ kind, text }: Piece, sign: string): boolean {
  return kind === 'other' && text === sign;
}

function says({ kind }: Piece): boolean {
  return kind !== 'blank';
}

function textOf({ kind, text }: Piece, first: string): string {
  return kind === 'parameter' ? first : text;
}

function lineAt(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `line ${String(lines.length)}, column ${String(Array.from(lines.at(-1) ?? '').length + 1)}`;
}
