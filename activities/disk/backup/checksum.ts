import { createHash, type Hash } from 'node:crypto';
import { Writable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Manifest } from '../../../workflows/domain/manifest';
import { failure } from '../../runtime/failure';
import type { WrittenFile } from './draft';
import type { BackupStore } from './store';

/** Reads every file of a backup and compares it with the manifest; the first that differs is named. */
export async function checkFiles(store: BackupStore, manifest: Manifest): Promise<void> {
  const files = [...manifest.contents, manifest.schema, manifest.schema.snapshot];
  for (const file of files) {
    const hashing = new Hashing();
    await pipeline(store.read(manifest.backupId, file.file), hashing, nowhere());
    assertSame(manifest.backupId, file, hashing);
  }
}

/** Compares what was read of a file with what the manifest says, after the last byte. */
export function assertSame(backupId: string, file: WrittenFile, read: Hashing): void {
  if (read.bytes === file.bytes && read.digest() === file.sha256) return;
  throw notTheFile(backupId, file, read.bytes);
}

/** Checks size and checksum of a file that was read whole. */
export function assertWhole(backupId: string, file: WrittenFile, bytes: Buffer): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length === file.bytes && sha256 === file.sha256) return;
  throw notTheFile(backupId, file, bytes.length);
}

function notTheFile(backupId: string, file: WrittenFile, bytes: number): Error {
  return failure(
    'BackupDamaged',
    `${backupId}/${file.file} is not the file that was written (${String(bytes)} bytes of ${String(file.bytes)}, or other content)`,
  );
}

function nowhere(): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
}

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
