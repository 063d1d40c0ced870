import { createHash } from 'node:crypto';
import { z } from 'zod';
import { manifestSchema, type Manifest } from '../../workflows/domain/manifest';
import { failure } from '../failure';

/** The last file of a backup; without it there is no backup. */
export const MANIFEST_FILE = 'metadata.json';

/** Reads a manifest as it came from disk: every value checked, the id the folder's own. */
export function parseManifest(text: string, backupId: string): Manifest {
  const { [SEAL]: seal, ...written } = z.looseObject({}).catch({}).parse(json(text, backupId));
  const parsed = manifestSchema.safeParse(written);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') ?? '';
    throw failure(
      'BackupDamaged',
      `${backupId}/${MANIFEST_FILE}: "${where}" is not what the format says`,
    );
  }
  if (parsed.data.backupId !== backupId) {
    throw failure(
      'BackupDamaged',
      `${backupId}/${MANIFEST_FILE} names another backup, ${parsed.data.backupId}`,
    );
  }
  if (seal !== sealOf(written)) {
    throw failure('BackupDamaged', `${backupId}/${MANIFEST_FILE} is not the file that was written`);
  }
  return parsed.data;
}

/**
 * The text of a manifest, sealed: its last field is the SHA-256 of the text without that field, so
 * that a changed manifest is noticed as surely as a changed file.
 */
export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, [SEAL]: sealOf(manifest) }, null, 2)}\n`;
}

const SEAL = 'sha256';

function sealOf(manifest: object): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

/** The file a table's rows are in: `auth_users.json`, `auth_users.copy`. */
export function tableFile(table: string, format: 'json' | 'copy'): string {
  return `${table.replace('.', '_').replace(/[^A-Za-z0-9_-]/g, '-')}.${format}`;
}

function json(text: string, backupId: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure('BackupDamaged', `${backupId}/${MANIFEST_FILE} is not valid JSON`);
  }
}
