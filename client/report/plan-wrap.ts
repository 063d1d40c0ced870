/** Text of a terminal is not wider than this. */
const PAGE_WIDTH = 100;

/** Breaks a text at spaces into lines of the page's width: the first begins with `first`, the others with as many spaces. */
export function wrapped(text: string, first: string): string {
  const indent = ' '.repeat(first.length);
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const isFull = line.length > first.length && line.length + 1 + word.length > PAGE_WIDTH;
    if (isFull) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += line.length > first.length ? ` ${word}` : word;
  }
  return [...lines, line.trimEnd()].join('\n');
}

/** Cuts a line that is wider than the page, and shows that it was cut. */
export function cut(line: string, width: number = PAGE_WIDTH): string {
  return line.length > width ? `${line.slice(0, width - 1).trimEnd()}…` : line;
}
