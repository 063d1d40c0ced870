import { createWriteStream } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import type { Manifest } from '../../../workflows/domain/manifest';
import { Checksum, Hashing, type WrittenFile } from './checksum';
import { MANIFEST_FILE, renderManifest } from './manifest';
import { storeFailure } from '../fs-errors';

/** A backup while it is written, under a temporary name. */
export class BackupDraft {
  readonly #partial: string;
  readonly #final: string;

  constructor(partial: string, final: string) {
    this.#partial = partial;
    this.#final = final;
  }

  /** Streams bytes into a file of mode 0600, through `shapes`, and onto the disk. */
  async writeStream(
    file: string,
    from: readonly [Readable, ...Transform[]],
    onBytes: (bytes: number) => void,
  ): Promise<WrittenFile> {
    const path = join(this.#partial, file);
    const hashing = new Hashing(onBytes);
    const sink = createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true });
    try {
      await pipeline([...from, hashing, sink]);
    } catch (error) {
      throw isFileError(error) ? storeFailure(error, path) : error;
    }
    return writtenAs(file, hashing.checksum);
  }

  /** Writes a whole text as a file of mode 0600, and onto the disk. */
  async writeText(file: string, text: string): Promise<WrittenFile> {
    return this.writeBytes(file, Buffer.from(text, 'utf8'));
  }

  /** Writes a file of bytes. */
  async writeBytes(file: string, bytes: Buffer): Promise<WrittenFile> {
    const path = join(this.#partial, file);
    try {
      await writeFile(path, bytes, { mode: 0o600, flag: 'wx', flush: true });
    } catch (error) {
      throw storeFailure(error, path);
    }
    const checksum = new Checksum();
    checksum.add(bytes);
    return writtenAs(file, checksum);
  }

  /**
   * Makes the backup exist: the manifest last, then the rename that gives the folder its name. Where a
   * backup of that name has come to stand meanwhile it stays, and `false` is answered.
   */
  async commit(manifest: Manifest): Promise<boolean> {
    await this.writeText(`${MANIFEST_FILE}.tmp`, renderManifest(manifest));
    try {
      const metadata = join(this.#partial, MANIFEST_FILE);
      await rename(`${metadata}.tmp`, metadata);
      await syncFolder(this.#partial);
      await rename(this.#partial, this.#final);
      await syncFolder(dirname(this.#final));
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw storeFailure(error, this.#final);
    }
  }

  /** Removes all that was written; a backup that failed does not exist. */
  async discard(): Promise<void> {
    await removeFolder(this.#partial);
  }
}

function writtenAs(file: string, checksum: Checksum): WrittenFile {
  return { file, bytes: checksum.bytes, sha256: checksum.digest() };
}

/** Removes a folder with all that is in it; someone may still be putting files there. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    throw storeFailure(error, path);
  }
}

/** A rename is on disk only when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Tells that a folder could not get its name since another has it: one is renamed over an empty one only. */
export function isTaken(error: unknown): boolean {
  const codes: readonly unknown[] = ['ENOTEMPTY', 'EEXIST'];
  return types.isNativeError(error) && 'code' in error && codes.includes(error.code);
}

/** Tells an error of the file system from one of what was being written. */
export function isFileError(error: unknown): boolean {
  const calls: readonly unknown[] = ['open', 'write', 'writev', 'fsync', 'fdatasync', 'close'];
  return types.isNativeError(error) && 'syscall' in error && calls.includes(error.syscall);
}
