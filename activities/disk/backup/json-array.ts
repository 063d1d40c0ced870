import { Transform, type TransformCallback } from 'node:stream';

/** The array of no lines. */
export const EMPTY_ARRAY = Buffer.from('[]\n');

const NEWLINE = 0x0a;
const COMMA = 0x2c;

/**
 * Turns lines, each one JSON object, into a JSON array with one object a line:
 * `[`, the objects separated by `,` at the end of the line, `]`.
 */
export class LinesToArray extends Transform {
  #started = false;
  /** The end of a line is held back until it is known whether another line follows. */
  #pending = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let from = 0;
    while (from < chunk.length) {
      this.#separate();
      const end = chunk.indexOf(NEWLINE, from);
      this.push(chunk.subarray(from, end === -1 ? chunk.length : end));
      if (end === -1) break;
      this.#pending = true;
      from = end + 1;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.push(this.#started ? '\n]\n' : EMPTY_ARRAY);
    done();
  }

  #separate(): void {
    if (!this.#started) this.push('[\n');
    else if (this.#pending) this.push(',\n');
    this.#started = true;
    this.#pending = false;
  }
}

/** The lines of an array that are no object are at most this long: `[`, `]`, `[]` and the empty one. */
const LONGEST_BRACKET = 2;

/**
 * The inverse of `LinesToArray`: it outputs the lines, each with a newline at its end. Of a line it holds back only the
 * first bytes, and a comma that may be the last byte, so that every byte is handled once, however long a line is.
 */
export class ArrayToLines extends Transform {
  /** The beginning of a line that may still be a bracket; empty once it is none. */
  #head: Buffer = Buffer.alloc(0);
  #isObject = false;
  #hasComma = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const out: Buffer[] = [];
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(NEWLINE, from);
      this.#take(chunk.subarray(from, end === -1 ? chunk.length : end), out);
      if (end === -1) break;
      this.#endLine(out);
      from = end + 1;
    }
    this.#give(out);
    done();
  }

  override _flush(done: TransformCallback): void {
    const out: Buffer[] = [];
    this.#endLine(out);
    this.#give(out);
    done();
  }

  #take(bytes: Buffer, out: Buffer[]): void {
    if (this.#isObject) {
      this.#pass(bytes, out);
      return;
    }
    const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (head.length <= LONGEST_BRACKET) {
      this.#head = head;
      return;
    }
    this.#isObject = true;
    this.#pass(head, out);
  }

  #pass(bytes: Buffer, out: Buffer[]): void {
    if (bytes.length === 0) return;
    if (this.#hasComma) out.push(ONE_COMMA);
    this.#hasComma = bytes.at(-1) === COMMA;
    out.push(this.#hasComma ? bytes.subarray(0, -1) : bytes);
  }

  /** A comma at the end of a line separates; it is not given. */
  #endLine(out: Buffer[]): void {
    if (!this.#isObject && !isBracket(this.#head)) {
      this.#isObject = true;
      this.#pass(this.#head, out);
    }
    if (this.#isObject) out.push(LINE_END);
    this.#head = Buffer.alloc(0);
    this.#isObject = false;
    this.#hasComma = false;
  }

  #give(out: readonly Buffer[]): void {
    if (out.length > 0) this.push(Buffer.concat(out));
  }
}

const LINE_END = Buffer.from('\n');
const ONE_COMMA = Buffer.from(',');

function isBracket(line: Buffer): boolean {
  return ['', '[', ']', '[]'].includes(line.toString('latin1'));
}
