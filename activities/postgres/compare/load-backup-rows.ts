import type { Client } from 'pg';
import type { Readable } from 'node:stream';
import type { Content } from '../../../workflows/domain/manifest';
import { copyIn } from '../copy';
import { ident } from '../identifiers';
import { typeOfForm } from '../projection';
import { BACKUP_ROWS } from './side';
import { makeTemporary } from './workbench';

/**
 * Loads a table's file into the temporary table `BACKUP_ROWS` of a workbench. Its columns have the
 * types that the manifest names, or those of the forms in which they are read: so the rows come in whatever has
 * become of the table and of the schema's own types. Fails unless as many rows arrive as the manifest says.
 */
export async function loadBackupRows(
  client: Client,
  content: Content,
  from: readonly [Readable, ...NodeJS.ReadWriteStream[]],
): Promise<void> {
  const columns = content.columns.map((column) => ({ ...column, type: typeOfForm(column) }));
  const list = columns.map(({ name, type }) => `${ident(name)} ${type}`).join(', ');
  await makeTemporary(client, BACKUP_ROWS, `(${list})`);
  await copyIn(client, { ...content, table: BACKUP_ROWS, columns }, from);
}
