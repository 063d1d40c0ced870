import type { Content } from '../../workflows/domain/manifest';
import { failure } from '../failure';
import type { Meter } from '../attempt';
import type { BackupDraft } from '../backup/draft';
import { LinesToArray } from '../backup/json-array';
import { tableFile } from '../backup/manifest';
import type { TableFacts } from '../postgres/catalog/tables';
import { copyOut } from '../postgres/copy';
import { fingerprint } from '../postgres/fingerprint';
import { encodingOf, projectionOf, selectList } from '../postgres/projection';
import { readReplaced } from '../postgres/replaced';
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
  const [written, print] = await Promise.all([
    draft.writeStream(tableFile(table, format), [out.stream, ...shapes], meter.addBytes),
    fingerprint(pair.hashing, { table, expressions: selectList(columns), where }, seed),
  ]);
  if (out.rows() !== print.rows) {
    throw failure(
      'Unexpected',
      `${table}: ${String(out.rows())} rows were copied, ${String(print.rows)} fingerprinted in one snapshot`,
    );
  }
  meter.addRows(print.rows);
  const replaced = await readReplaced(pair.hashing, { table, columns, where });
  return {
    ...written,
    table,
    ...print,
    encoding,
    columns,
    ...(replaced.length > 0 && { replaced: [...replaced] }),
  };
}
