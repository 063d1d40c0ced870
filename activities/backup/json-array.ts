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
  /** A line's end is held back until it is known whether another line follows. */
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

/** The inverse of `LinesToArray`: gives the lines back, each ended by a newline. */
export class ArrayToLines extends Transform {
  #rest: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const joined = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = joined.lastIndexOf(NEWLINE);
    this.#rest = joined.subarray(end + 1);
    if (end !== -1) this.#emit(joined.subarray(0, end + 1));
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#rest.length > 0) this.#emit(Buffer.concat([this.#rest, Buffer.from('\n')]));
    done();
  }

  #emit(lines: Buffer): void {
    const kept: Buffer[] = [];
    let from = 0;
    while (from < lines.length) {
      const end = lines.indexOf(NEWLINE, from);
      const line = lines.subarray(from, end);
      from = end + 1;
      if (isBracket(line)) continue;
      kept.push(line.at(-1) === COMMA ? line.subarray(0, -1) : line, LINE_END);
    }
    if (kept.length > 0) this.push(Buffer.concat(kept));
  }
}

const LINE_END = Buffer.from('\n');

function isBracket(line: Buffer): boolean {
  const text = line.length <= 2 ? line.toString('latin1') : '';
  return text === '[' || text === ']' || text === '[]' || line.length === 0;
}
