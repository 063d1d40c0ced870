/** A table as Prettier would format it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, index) =>
    Math.max(3, ...cells.map((row) => lengthOf(row[index] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - lengthOf(cell))).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const [first = [], ...others] = cells;
  return [line(first), rule, ...others.map(line)].join('\n');
}

/** A block of text that stays as it is. */
export function codeBlock(text: string): string {
  return `\`\`\`\n${text.trim()}\n\`\`\``;
}

/** The text with what is between the two comments of the given name replaced. Throws if they are not there. */
export function withPart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`the comments "${begin}" and "${end}" must stand in the text`);
  }
  return `${before}${begin}\n\n${part}\n\n${end}${after}`;
}

/** Characters, as Prettier counts the width of a cell. */
function lengthOf(cell: string): number {
  return Array.from(cell).length;
}
