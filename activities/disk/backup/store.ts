import { chmod, lstat, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { LRUCache } from 'lru-cache';
import { BACKUP_ID } from '../../../workflows/domain/names';
import type { Manifest } from '../../../workflows/domain/manifest';
import { failure } from '../../runtime/failure';
import { assertClosed, codeOf, makeFolder } from '../private-folder';
import { assertWritten, Checksum, type WrittenFile } from './checksum';
import { BackupDraft, removeFolder } from './draft';
import { readHost } from '../host-id';
import { MANIFEST_FILE, parseManifest } from './manifest';
import { storeFailure, unlessMissing } from '../fs-errors';

/** How often a plan looks again if the directory vanished while it looked. */
const PROBES = 10;
const LONGEST_PAUSE_MS = 50;

/**
 * The folder that holds backups. A backup is whole or does not exist: it is written under another name and renamed once
 * its manifest, the last file, is on disk.
 */
export class BackupStore {
  readonly directory: string;
  /** By the checksum of their text: each step of a run reads its own manifest again. Not to be changed. */
  readonly #manifests = new LRUCache<string, Manifest>({ max: 32 });

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  /** Where a backup is, or would be. Ids that are not plain folder names never get here. */
  pathOf(backupId: string): string {
    if (!BACKUP_ID.test(backupId)) {
      throw failure('InvalidInput', `backupId: "${backupId}" is not the name of a backup folder`);
    }
    return join(this.directory, backupId);
  }

  /**
   * Makes sure that backups can be written here and that the directory is closed to other users;
   * leaves everything as it was.
   */
  async assertWritable(): Promise<void> {
    for (let left = PROBES; ; left -= 1) {
      try {
        await this.#probe();
        return;
      } catch (error) {
        // Another plan may just have taken back a directory that both found missing.
        if (left === 0 || codeOf(error) !== 'ENOENT') throw storeFailure(error, this.directory);
        await wait(Math.random() * LONGEST_PAUSE_MS);
      }
    }
  }

  async #probe(): Promise<void> {
    const made: string[] = [];
    try {
      await makeFolder(this.directory, made);
      await assertClosed(this.directory);
      const probe = join(this.directory, `.moveout-${randomUUID()}`);
      await (await open(probe, 'wx', 0o600)).close();
      await rm(probe);
    } finally {
      for (const folder of made.reverse()) await removeIfEmpty(folder);
    }
  }

  /** Begins a backup under a name that no other attempt uses; what earlier attempts left behind is removed. */
  async begin(backupId: string, runId: string): Promise<BackupDraft> {
    const path = this.pathOf(backupId);
    const partial = `${path}.${ownerOf(runId)}.${randomUUID()}.partial`;
    try {
      await makeFolder(this.directory);
      await assertClosed(this.directory);
      await this.discard(backupId, runId);
      await makeFolder(partial);
      await chmod(partial, 0o700);
      return new BackupDraft(partial, path);
    } catch (error) {
      throw storeFailure(error, partial);
    }
  }

  /** Removes all drafts that a run made of a backup, so that none of them can be published any more. */
  async discard(backupId: string, runId: string): Promise<void> {
    for (const draft of await this.drafts(backupId, runId)) await removeFolder(draft);
  }

  /** Removes a backup that was published and found damaged; none of that name is there afterwards. */
  async remove(backupId: string, runId: string): Promise<void> {
    const path = this.pathOf(backupId);
    // The rename takes it away at once: what cannot be removed now is a draft, which the next attempt discards.
    const draft = `${path}.${ownerOf(runId)}.${randomUUID()}.partial`;
    await unlessMissing(path, (folder) => rename(folder, draft));
    await removeFolder(draft);
  }

  /** Lists the folders in which a run is writing a backup, or was. */
  async drafts(backupId: string, runId: string): Promise<readonly string[]> {
    const start = `${basename(this.pathOf(backupId))}.${ownerOf(runId)}.`;
    const names = await this.#names();
    return names
      .filter((name) => name.startsWith(start) && name.endsWith('.partial'))
      .map((name) => join(this.directory, name));
  }

  /** Tells whether a whole backup of this id is there. */
  async has(backupId: string): Promise<boolean> {
    const found = await unlessMissing(join(this.pathOf(backupId), MANIFEST_FILE), stat);
    return found?.isFile() ?? false;
  }

  /** Reads and checks a manifest; a folder without one is no backup. */
  async manifest(backupId: string): Promise<Manifest> {
    const path = this.pathOf(backupId);
    const folder = await unlessMissing(path, lstat);
    if (folder === undefined)
      throw failure(
        'NotFound',
        `there is no backup "${backupId}" in ${this.directory}${await this.#ofHost()}`,
      );
    if (!folder.isDirectory()) throw failure('BackupDamaged', `${path} is not a folder`);
    await assertClosed(path);
    const text = await this.#manifestText(backupId);
    const key = createHash('sha256').update(`${backupId}\n${text}`).digest('hex');
    const manifest = this.#manifests.get(key) ?? parseManifest(text, backupId);
    this.#manifests.set(key, manifest);
    return manifest;
  }

  async #manifestText(backupId: string): Promise<string> {
    const path = join(this.pathOf(backupId), MANIFEST_FILE);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (!isOtherThanFile(error)) throw storeFailure(error, path);
      throw failure('BackupDamaged', `backup "${backupId}" has no ${MANIFEST_FILE}`);
    }
  }

  async #ofHost(): Promise<string> {
    const host = await readHost(this.directory);
    if (host === undefined) return '';
    return ` (host ${host}); where another host wrote it, "host" has to name that one`;
  }

  /**
   * Opens one file of a backup for reading; it fails with a failure of the closed table. After the last byte it
   * fails if this is not the file that the manifest names.
   */
  read(
    backupId: string,
    file: WrittenFile,
    onBytes: (bytes: number) => void = () => undefined,
  ): Readable {
    const chunks = this.#chunks(backupId, file, onBytes);
    return Readable.from(chunks, { objectMode: false });
  }

  async *#chunks(
    backupId: string,
    written: WrittenFile,
    onBytes: (bytes: number) => void,
  ): AsyncGenerator<Buffer> {
    const path = join(this.pathOf(backupId), written.file);
    const found = new Checksum();
    try {
      const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 256 * 1024 });
      for await (const chunk of stream) {
        found.add(chunk);
        onBytes(chunk.length);
        yield chunk;
      }
    } catch (error) {
      // A failure elsewhere that ends the reading, such as a lost session, comes through here as well.
      throw codeOf(error) === '' ? error : await this.#readFailure(backupId, written.file, error);
    }
    assertWritten(backupId, written, found);
  }

  /**
   * Only a file that is missing, or is no file, while its manifest stands there, is damage. Without
   * the manifest the whole folder is gone: a directory that is not mounted any more.
   */
  async #readFailure(backupId: string, file: string, error: unknown): Promise<Error> {
    const path = join(this.pathOf(backupId), file);
    if (!isOtherThanFile(error) || !(await this.has(backupId))) return storeFailure(error, path);
    return failure('BackupDamaged', `${backupId}/${file} is missing`);
  }

  /** Reads a whole small file, checked; of one that has grown no more than one byte too many. */
  async readBytes(backupId: string, written: WrittenFile): Promise<Buffer> {
    const bytes = await this.#readWhole(backupId, written);
    const found = new Checksum();
    found.add(bytes);
    assertWritten(backupId, written, found);
    return bytes;
  }

  async #readWhole(backupId: string, { file, bytes }: WrittenFile): Promise<Buffer> {
    const path = join(this.pathOf(backupId), file);
    try {
      const handle = await open(path, 'r');
      try {
        const { size } = await handle.stat();
        if (size <= bytes) return await handle.readFile();
        const { buffer } = await handle.read(Buffer.alloc(bytes + 1), 0, bytes + 1, 0);
        return buffer;
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw await this.#readFailure(backupId, file, error);
    }
  }

  /** Reads a whole file as text, checked; for the schema, never for rows. */
  async readText(backupId: string, written: WrittenFile): Promise<string> {
    return (await this.readBytes(backupId, written)).toString('utf8');
  }

  /** Reads every file of a backup; the first that is not what the manifest says is named. */
  async checkFiles(manifest: Manifest): Promise<void> {
    for (const file of filesOf(manifest)) await this.#checkFile(manifest.backupId, file);
  }

  /** Reads every file of a backup; says of each that is not what the manifest says what is wrong. */
  async findDamages(manifest: Manifest): Promise<readonly string[]> {
    const found: string[] = [];
    for (const file of filesOf(manifest)) {
      try {
        await this.#checkFile(manifest.backupId, file);
      } catch (error) {
        if (!(error instanceof ApplicationFailure) || error.type !== 'BackupDamaged') throw error;
        found.push(error.message);
      }
    }
    return found;
  }

  async #checkFile(backupId: string, file: WrittenFile): Promise<void> {
    await finished(this.read(backupId, file).resume());
  }

  /** Lists the ids of the backups of a project, newest first by the millis in their name. */
  async list(projectRef: string): Promise<readonly string[]> {
    const names = await this.#names();
    return names
      .filter((name) => BACKUP_ID.test(name) && name.startsWith(`backup_${projectRef}_`))
      .sort(newestFirst);
  }

  async #names(): Promise<readonly string[]> {
    return (await unlessMissing(this.directory, (path) => readdir(path))) ?? [];
  }
}

function filesOf({ contents, schema }: Manifest): readonly WrittenFile[] {
  return [...contents, schema, schema.statements, schema.snapshot];
}

/** Another run may have written to the folder by now, or removed it: then it stays as it is. */
async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) throw error;
  }
}

/** Tells that there is nothing at the path, or not a file: a later attempt cannot find one either. */
function isOtherThanFile(error: unknown): boolean {
  return ['ENOENT', 'EISDIR', 'ENOTDIR', 'ELOOP'].includes(codeOf(error));
}

/** Two runs of one project that began in the same millisecond use the same name for their backups. */
function ownerOf(runId: string): string {
  return createHash('sha256').update(runId).digest('hex').slice(0, 12);
}

/** Orders ids of backups by the millis in their name, newest first. */
export function newestFirst(a: string, b: string): number {
  return millisOf(b) - millisOf(a);
}

function millisOf(backupId: string): number {
  return Number(/_([0-9]+)(?:_target)?$/.exec(backupId)?.[1] ?? 0);
}
