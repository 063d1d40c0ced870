/**
 * A view's query with the columns of its only FROM item unqualified, as PostgreSQL prints it since 16: before,
 * it printed `t.a` even when there was nothing but `t`. Queries of several FROM items, and queries within
 * queries, are qualified in every version and stay so.
 */
export function unqualified(query: string): string {
  const tokens = tokensOf(query);
  const from = fromClause(tokens);
  const alias = from && onlyAlias(tokens.slice(from.start, from.end));
  if (!from || alias === undefined) return query;
  const kept = tokens.map(({ text }) => text);
  for (let at = 0; at < tokens.length; at += 1) {
    if (at === from.start) at = from.end;
    if (startsQuery(tokens, at)) at = closing(tokens, at);
    if (!isQualifier(tokens, at, alias)) continue;
    kept[at] = '';
    kept[at + 1] = '';
  }
  return kept.join('');
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The pieces after FROM of the outermost query, unless that is a UNION or the like or has none. */
function fromClause(tokens: readonly Token[]): Span | undefined {
  const outer = outermost(tokens);
  if (outer.some((at) => isKeyword(tokens[at], 'UNION', 'INTERSECT', 'EXCEPT'))) return undefined;
  const from = outer.find((at) => isKeyword(tokens[at], 'FROM'));
  if (from === undefined) return undefined;
  const end = outer.find((at) => at > from && endsFrom(tokens[at]));
  return { start: from + 1, end: end ?? tokens.length };
}

function endsFrom(token: Token | undefined): boolean {
  const after = ['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', 'FOR'];
  return token?.text === ';' || isKeyword(token, ...after);
}

/** The name by which the only FROM item is called: its alias, else its own. */
function onlyAlias(tokens: readonly Token[]): string | undefined {
  const outer = outermost(tokens).flatMap((at) => tokens[at] ?? []);
  if (outer.some((token) => token.text === ',' || isKeyword(token, 'JOIN'))) return undefined;
  const sample = outer.findIndex((token) => isKeyword(token, 'TABLESAMPLE'));
  const item = sample < 0 ? outer : outer.slice(0, sample);
  return item.findLast(({ kind }) => kind === 'word')?.text;
}

/** Indexes of the pieces that stand in no bracket, without white space. */
function outermost(tokens: readonly Token[]): number[] {
  const found: number[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]?.text === '(') at = closing(tokens, at);
    else if (tokens[at]?.kind !== 'space') found.push(at);
  }
  return found;
}

function startsQuery(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.text !== '(') return false;
  const first = tokens.slice(at + 1).find(({ kind }) => kind !== 'space');
  return isKeyword(first, 'SELECT', 'WITH', 'VALUES');
}

/** Neither a schema's name before a type or a function, nor the whole row, is a qualifier. */
function isQualifier(tokens: readonly Token[], at: number, alias: string): boolean {
  const [before, dot, name, after] = [at - 1, at + 1, at + 2, at + 3].map((index) => tokens[index]);
  return (
    tokens[at]?.text === alias &&
    tokens[at].kind === 'word' &&
    dot?.text === '.' &&
    name?.kind === 'word' &&
    after?.text !== '(' &&
    before?.text !== '.' &&
    before?.text !== ':'
  );
}

/** A piece of deparsed SQL: `word` is a name or keyword, quoted or not; `space` separates; all else stands for itself. */
export interface Token {
  readonly text: string;
  readonly kind: 'word' | 'space' | 'other';
}

const PIECE =
  /(?<space>\s+)|(?<literal>E'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')|(?<word>"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)|[0-9][\w.]*|./gsu;

/** Takes text that PostgreSQL has deparsed into pieces that, put together, are the text again. */
export function tokensOf(sql: string): readonly Token[] {
  return [...sql.matchAll(PIECE)].map(({ 0: text, groups }) => {
    if (groups?.['space'] !== undefined) return { text, kind: 'space' };
    return { text, kind: groups?.['word'] === undefined ? 'other' : 'word' };
  });
}

/** Whether the token is that keyword; a quoted name is none. */
export function isKeyword(token: Token | undefined, ...keywords: readonly string[]): boolean {
  return token?.kind === 'word' && keywords.includes(token.text.toUpperCase());
}

/** The index of the bracket that closes the one at the index; the last index when there is none. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const text = tokens[at]?.text;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}
