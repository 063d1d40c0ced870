import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes through unchanged, counts them and takes their SHA-256. */
export class Hashing extends Transform {
  readonly #hash: Hash = createHash('sha256');
  readonly #onBytes: (bytes: number) => void;
  bytes = 0;

  constructor(onBytes: (bytes: number) => void = () => undefined) {
    super();
    this.#onBytes = onBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    this.#onBytes(chunk.length);
    done(null, chunk);
  }

  /** The digest in hex; only once, after the last byte. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
