import { Writable } from 'node:stream';

const CODE = /\x1b\[(\??)(\d*)([A-Za-z])|\n|\r|[^\x1b\n\r]/g;

/** A terminal that shows what is written to it as real ones do: with a cursor, and lines that wrap or are cut. */
export class Terminal extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;
  #isWrapping = true;
  #isCursorShown = true;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  /** What it shows, without spaces at the ends of lines. */
  get shown(): readonly string[] {
    return this.#rows.map((row) => row.trimEnd());
  }

  /** Whether it wraps lines and shows its cursor, as before a program used it. */
  get isAsBefore(): boolean {
    return this.#isWrapping && this.#isCursorShown;
  }

  /** What the terminal itself shows when a person types. */
  echo(text: string): void {
    this.#show(text);
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.#show(text);
    done();
  }

  #show(text: string): void {
    for (const [whole, marker = '', digits = '', letter] of text.matchAll(CODE)) {
      if (letter !== undefined) this.#obey(`${marker}${letter}`, digits);
      else if (whole === '\n') this.#goTo(this.#row + 1, 0);
      else if (whole === '\r') this.#column = 0;
      else this.#put(whole);
    }
  }

  #put(letter: string): void {
    if (this.#column === this.columns) {
      if (this.#isWrapping) this.#goTo(this.#row + 1, 0);
      else this.#column = this.columns - 1;
    }
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + letter + row.slice(this.#column + 1);
    this.#column += 1;
  }

  #goTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    while (this.#rows.length <= this.#row) this.#rows.push('');
  }

  #obey(code: string, digits: string): void {
    const at = Math.min(this.#column, this.columns - 1);
    const row = this.#rows[this.#row] ?? '';
    if (code === 'A') this.#goTo(this.#row - Number(digits), this.#column);
    else if (code === 'B') this.#goTo(this.#row + Number(digits), this.#column);
    else if (code === 'G') this.#column = Math.max(1, Number(digits)) - 1;
    else if (code === 'K') this.#rows[this.#row] = digits === '2' ? '' : row.slice(0, at);
    else if (code === 'J') this.#rows.splice(this.#row, Infinity, row.slice(0, at));
    else if (code === '?h' || code === '?l') this.#switch(Number(digits), code === '?h');
    else throw new Error(`a code that this terminal does not know: ${code}`);
  }

  #switch(what: number, isOn: boolean): void {
    if (what === 7) this.#isWrapping = isOn;
    if (what === 25) this.#isCursorShown = isOn;
  }
}

/** Makes a text as for a terminal of `columns` columns, or as for a pipe without them. */
export function onTerminal<T>(columns: number | undefined, make: () => T): T {
  const { stdout } = process;
  const before = { isTTY: stdout.isTTY, columns: stdout.columns };
  Object.assign(stdout, { isTTY: columns !== undefined, columns });
  try {
    return make();
  } finally {
    Object.assign(stdout, before);
  }
}
