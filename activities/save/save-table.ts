import type { ColumnProjection, Content } from '../../workflows/domain/manifest';
import { failure } from '../failure';
import type { Meter } from '../attempt';
import type { BackupDraft } from '../backup/draft';
import { LinesToArray } from '../backup/json-array';
import { tableFile } from '../backup/manifest';
import type { TableFacts } from '../postgres/catalog/tables';
import { copyOut } from '../postgres/copy';
import type { Client } from '../postgres/database-client';
import { fingerprint, fingerprintReplacing } from '../postgres/fingerprint';
import { encodingOf, projectionOf, selectList } from '../postgres/projection';
import { naming } from '../postgres/sqlstate';
import type { SnapshotPair } from '../postgres/snapshot';

/** How the tables of one backup are written. */
export interface Saving {
  readonly pair: SnapshotPair;
  readonly draft: BackupDraft;
  readonly kind: 'project' | 'target';
  readonly format: 'json' | 'copy';
  readonly seed: string;
  readonly meter: Meter;
}

/** Writes the rows of one table that a predicate selects, and fingerprints them in the same snapshot. */
export async function saveTable(
  { pair, draft, kind, format, seed, meter }: Saving,
  facts: TableFacts,
  where: string,
): Promise<Content> {
  meter.at(facts.table);
  const columns = [...projectionOf(facts, kind)];
  const encoding = format === 'json' ? 'json' : encodingOf(facts);
  const { table } = facts;
  const out = copyOut(pair.copying, { table, columns, where, encoding });
  const shapes = encoding === 'json' ? [new LinesToArray()] : [];
  const [written, print] = await naming(`saving ${table}`, () =>
    Promise.all([
      draft.writeStream(tableFile(table, format), [out.stream, ...shapes], meter.addBytes),
      fingerprintOf(pair.hashing, { table, columns, where }, seed),
    ]),
  );
  if (out.rows() !== print.rows) {
    throw failure(
      'Unexpected',
      `${table}: ${String(out.rows())} rows were copied, ${String(print.rows)} fingerprinted in one snapshot`,
    );
  }
  meter.addRows(print.rows);
  return { ...written, table, ...print, encoding, columns };
}

interface Wanted {
  readonly table: string;
  readonly columns: readonly ColumnProjection[];
  readonly where: string;
}

async function fingerprintOf(
  client: Client,
  { table, columns, where }: Wanted,
  seed: string,
): Promise<Pick<Content, 'rows' | 'digest' | 'replaced'>> {
  const selection = { table, expressions: selectList(columns), where };
  const rewritten = columns.find((column) => column.read === 'nil');
  if (rewritten === undefined) return fingerprint(client, selection, seed);
  return fingerprintReplacing(client, { ...selection, column: rewritten.name }, seed);
}
