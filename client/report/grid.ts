import stringWidth from 'string-width';
import { broken, terminalWidth } from '../progress/page';

/** What stands before the first column, and between two. */
const INDENT = 2;
const GAP = 2;
/** A text is not squeezed into less: then it stands below its row. */
const LEAST_FOR_TEXT = 24;
const BELOW = ' '.repeat(6);

/** A column's head, and what it holds: names unless it says figures, or words that may be broken into lines. */
export interface Column {
  readonly head: string;
  readonly isFigure?: boolean;
  /** Only of the last column. */
  readonly isText?: boolean;
}

type Cells = readonly string[];

/** A table's head, and its rows, each of which may take several lines. */
interface Grid {
  readonly head: string;
  readonly rows: readonly string[];
}

/** Lays out rows in columns without lines, indented by two; on a terminal no wider than that. */
export function grid(columns: readonly Column[], rows: readonly Cells[]): string {
  const out = process.stdout;
  const width = out.isTTY ? terminalWidth(out) : Infinity;
  const { head, rows: lines } = gridOf(columns, rows, width);
  return [head, ...lines].join('\n');
}

/**
 * Lays out rows in columns within a width. A text that has no room goes on below, and a name that has none
 * stands above its row: nothing is cut, and no word is broken.
 */
export function gridOf(columns: readonly Column[], rows: readonly Cells[], width: number): Grid {
  const texts = rows.map((cells) => foldText(cells, { columns, rows, width }));
  const short = texts.map(({ cells }) => cells);
  const room = width - (totalWidth(columns, short) - columnWidth(columns, short, 0));
  const isLong = ([name = '']: Cells): boolean => stringWidth(name) > Math.max(room, 0);
  const inner = short.map((cells) => (isLong(cells) ? ['', ...cells.slice(1)] : cells));
  const [head = '', ...lines] = laidOut(columns, inner);
  const blocks = lines.map((line, i) => {
    const { cells, below } = texts[i] ?? { cells: [], below: [] };
    const above = isLong(cells) ? [`${' '.repeat(INDENT)}${cells[0] ?? ''}`] : [];
    return [...above, line, ...below].join('\n');
  });
  return { head, rows: blocks };
}

interface Whole {
  readonly columns: readonly Column[];
  readonly rows: readonly Cells[];
  readonly width: number;
}

/** A row whose text fits beside its other cells, and the lines of the text that go below. */
function foldText(cells: Cells, { columns, rows, width }: Whole): { cells: Cells; below: Cells } {
  const last = columns.length - 1;
  const whole = totalWidth(columns, rows);
  if (columns[last]?.isText !== true || whole <= width) return { cells, below: [] };
  const start = whole - columnWidth(columns, rows, last);
  const text = cells[last] ?? '';
  const others = cells.slice(0, last);
  if (width - start < LEAST_FOR_TEXT) {
    const below = text === '' ? [] : broken(text, { first: BELOW, rest: BELOW, width });
    return { cells: [...others, ''], below };
  }
  const [first = '', ...below] = broken(text, { first: '', rest: '', width: width - start });
  return { cells: [...others, first], below: below.map((line) => ' '.repeat(start) + line) };
}

function columnWidth(columns: readonly Column[], rows: readonly Cells[], at: number): number {
  const texts = [columns[at]?.head, ...rows.map((cells) => cells[at])];
  return Math.max(...texts.map((text = '') => stringWidth(text)));
}

function totalWidth(columns: readonly Column[], rows: readonly Cells[]): number {
  const widths = columns.map((_, at) => columnWidth(columns, rows, at));
  return widths.reduce((sum, width) => sum + width, INDENT + GAP * (columns.length - 1));
}

function laidOut(columns: readonly Column[], rows: readonly Cells[]): Cells {
  const widths = columns.map((_, at) => columnWidth(columns, rows, at));
  return [columns.map(({ head }) => head), ...rows].map((cells) => {
    const padded = columns.map(({ isFigure }, at) => {
      const text = cells[at] ?? '';
      const room = ' '.repeat((widths[at] ?? 0) - stringWidth(text));
      return isFigure === true ? room + text : text + room;
    });
    return `${' '.repeat(INDENT)}${padded.join(' '.repeat(GAP))}`.trimEnd();
  });
}
