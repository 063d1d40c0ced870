import stringWidth from 'string-width';

/** Text is not wider than this, so that people can read it. */
const WIDEST = 100;
const NARROWEST = 20;
/** A terminal that does not say how wide it is. */
const USUAL = 80;

/** A stream that may be a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The width for a text: that of the terminal, but not wider than a page; in a pipe a page. */
export function pageWidth(out: Output): number {
  return out.isTTY === true ? Math.min(terminalWidth(out), WIDEST) : WIDEST;
}

/** A text whose lines fit a terminal, no word broken; in a pipe and in a file its lines stay whole. */
export function fitToTerminal(text: string, out: Output = process.stdout): string {
  return out.isTTY === true ? brokenLines(text, pageWidth(out)).join('\n') : text;
}

/** The columns of a terminal. */
export function terminalWidth({ columns = 0 }: Output): number {
  return columns === 0 ? USUAL : Math.max(columns, NARROWEST);
}

/** How a text is broken into lines: what begins the first one and the others, and how wide they are. */
export interface Shape {
  readonly first: string;
  readonly rest: string;
  readonly width: number;
}

/** A space inside a number such as `1 234` is no place to break a line. */
const BREAKS = /(?<!\d) +| +(?!\d{3}(?!\d))/;

/** Breaks a text into lines at spaces. A word that is wider than a line stays whole. */
export function broken(text: string, { first, rest, width }: Shape): readonly string[] {
  const lines: string[] = [];
  let start = first;
  let line = first;
  for (const word of text.replace(/\s+/g, ' ').split(BREAKS)) {
    if (word === '') continue;
    const isFull = line !== start && stringWidth(`${line} ${word}`) > width;
    if (isFull) {
      lines.push(line);
      start = rest;
      line = rest;
    }
    line += line === start ? word : ` ${word}`;
  }
  return [...lines, line.trimEnd()];
}

/** Breaks each line of a text that is wider than the width; what follows is indented by two more. */
export function brokenLines(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    if (stringWidth(line) <= width) return [line];
    const first = /^ */.exec(line)?.[0] ?? '';
    return broken(line, { first, rest: `${first}  `, width });
  });
}

/**
 * Breaks a text at spaces into lines of the page's width: the first begins with `first`, the others with
 * as many spaces. No word is broken, nothing is left out.
 */
export function wrapped(text: string, first: string, width = pageWidth(process.stdout)): string {
  return broken(text, { first, rest: ' '.repeat(first.length), width }).join('\n');
}
