import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { failure } from '../../runtime/failure';

/** What the manifest says of one file. */
export interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Counts bytes and takes their SHA-256. */
export class Checksum {
  readonly #hash: Hash = createHash('sha256');
  bytes = 0;

  add(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
  }

  /** The digest in hex; only once, after the last byte. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Compares what was read of a file with what the manifest says, after the last byte. */
export function assertWritten(backupId: string, written: WrittenFile, found: Checksum): void {
  const { file, bytes, sha256 } = written;
  if (found.bytes === bytes && found.digest() === sha256) return;
  throw failure(
    'BackupDamaged',
    `${backupId}/${file} is not the file that was written (${found.bytes} bytes of ${bytes}, or other content)`,
  );
}

/** Passes bytes through unchanged and takes their checksum. */
export class Hashing extends Transform {
  readonly checksum = new Checksum();
  readonly #onBytes: (bytes: number) => void;

  constructor(onBytes: (bytes: number) => void) {
    super();
    this.#onBytes = onBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.checksum.add(chunk);
    this.#onBytes(chunk.length);
    done(null, chunk);
  }
}
