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
