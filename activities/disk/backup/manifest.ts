import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  MANIFEST_VERSION,
  manifestSchema,
  type Manifest,
} from '../../../workflows/domain/manifest';
import { failure } from '../../runtime/failure';
import { assertKnownVersion } from '../format-version';

/** The last file of a backup; without it there is no backup. */
export const MANIFEST_FILE = 'metadata.json';

/** Parses the text of a manifest and checks every value; its id must be the name of the folder. */
export function parseManifest(text: string, backupId: string): Manifest {
  const content = json(text, backupId);
  assertKnownVersion(content, MANIFEST_VERSION, `${backupId}/${MANIFEST_FILE}`);
  const { [SEAL]: seal, ...written } = z.looseObject({}).catch({}).parse(content);
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
  assertConsistent(parsed.data);
  return parsed.data;
}

/** What the manifest states twice must agree, and no table or file may occur twice. */
function assertConsistent({ backupId, tables, rowCounts, contents }: Manifest): void {
  const files = contents.map(({ file }) => file);
  const counted = new Map(contents.map(({ table, rows }) => [table, rows]));
  const names = new Set([...tables, ...Object.keys(rowCounts), ...counted.keys()]);
  const odd = [...names].filter(
    (table) =>
      counted.get(table) !== rowCounts[table] ||
      tables.filter((name) => name === table).length !== 1 ||
      contents.filter((content) => content.table === table).length !== 1,
  );
  const twice = files.filter((file, i) => files.indexOf(file) !== i);
  if (odd.length + twice.length === 0) return;
  throw failure(
    'BackupDamaged',
    `${backupId}/${MANIFEST_FILE} contradicts itself about ${[...odd, ...twice].join(', ')}`,
  );
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

/**
 * The name of the file with a table's rows: `auth_users.json`, `auth_users.copy`. If another table's file could have the
 * same name, also on a file system that ignores case, the name ends in a part of its checksum.
 */
export function tableFile(table: string, format: 'json' | 'copy'): string {
  if (PLAIN.test(table)) return `${table.replace('.', '_')}.${format}`;
  const own = createHash('sha256').update(table).digest('hex').slice(0, 12);
  return `${table.replace(/[^A-Za-z0-9_]/g, '-').replace(/^-+/, '')}_${own}.${format}`;
}

/** A schema here has no underscore, so the first underscore ends it. */
const PLAIN = /^[a-z0-9]+\.[a-z0-9_]+$/;

function json(text: string, backupId: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw failure('BackupDamaged', `${backupId}/${MANIFEST_FILE} is not valid JSON`);
  }
}
