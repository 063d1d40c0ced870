import { counted } from '../../workflows/domain/counted';
import type { ColumnProjection, Content } from '../../workflows/domain/manifest';
import type { ScopeKind } from '../../workflows/domain/plan';
import { failure } from '../runtime/failure';
import type { Meter } from '../runtime/attempt';
import type { WrittenFile } from '../disk/backup/checksum';
import type { BackupDraft } from '../disk/backup/draft';
import { EMPTY_ARRAY, LinesToArray } from '../disk/backup/json-array';
import { tableFile } from '../disk/backup/manifest';
import type { TableFacts } from '../postgres/catalog/tables';
import { generatedSelection, comparableGeneratedColumns } from '../postgres/rows/generated';
import { readPrimaryKey } from '../postgres/catalog/unique-keys';
import { NOTHING } from '../postgres/catalog/populated';
import { copyOut, noRows, type CopyOut } from '../postgres/rows/copy';
import type { Client } from '../postgres/session/database-client';
import { fingerprintReplacing, fingerprints, OF_NOTHING } from '../postgres/rows/fingerprint';
import { encodingOf, projectionOf, selectList } from '../postgres/rows/projection';
import { naming } from '../postgres/errors/classify';
import type { SnapshotPair } from '../postgres/session/transaction';

/** The rows of one table that are saved. */
export interface Selected {
  readonly facts: TableFacts;
  /** A predicate over the alias `t`. */
  readonly where: string;
  /** Rows of bookkeeping are saved in the order of their key. */
  readonly kind?: ScopeKind | undefined;
}

/** How the tables of one backup are written. */
export interface Saving {
  readonly pair: SnapshotPair;
  readonly draft: BackupDraft;
  readonly kind: 'project' | 'target';
  readonly format: 'json' | 'copy';
  /** Whether NULLs that stock Auth cannot read become empty on their way; unless said, they do not. */
  readonly normalizeNullTokens?: boolean | undefined;
  readonly seed: string;
  readonly meter: Meter;
  /** Tables that go by COPY in every format. */
  readonly wide: ReadonlyMap<string, number>;
}

/** Writes the rows of one table that a predicate selects, and fingerprints them in the same snapshot. */
export async function exportTable(
  { pair, draft, kind, format, normalizeNullTokens, seed, meter, wide }: Saving,
  { facts, where, kind: scope }: Selected,
): Promise<Content> {
  meter.at(facts.table);
  const columns = [...projectionOf(facts, kind, normalizeNullTokens)];
  const encoding = format === 'json' && !wide.has(facts.table) ? 'json' : encodingOf(facts);
  const { table } = facts;
  // Storage once read its list of migrations as the rows lay (supabase/storage, issue 826).
  const order = scope === 'bookkeeping' ? await readPrimaryKey(pair.copying, table, columns) : [];
  const selection: CopyOut = { table, columns, where, encoding, order };
  const write = where === NOTHING ? writeNothing : writeRows;
  const [{ copied, ...written }, print] = await naming(`saving ${table}`, () =>
    Promise.all([
      write(
        { pair, draft, meter },
        selection,
        tableFile(table, encoding === 'json' ? 'json' : 'copy'),
      ),
      describe(pair.hashing, { facts, columns, where }, seed),
    ]),
  );
  if (copied !== print.rows) {
    throw failure(
      'Unexpected',
      `${table}: ${counted(copied, 'row')} were copied, ${String(print.rows)} fingerprinted in one snapshot`,
    );
  }
  meter.addRows(print.rows);
  return { ...written, table, ...print, encoding, columns };
}

/** A table's file, and how many rows went into it. */
interface Copied extends WrittenFile {
  readonly copied: number;
}

type TableExport = Pick<Saving, 'pair' | 'draft' | 'meter'>;

async function writeRows(
  { pair, draft, meter }: TableExport,
  selection: CopyOut,
  file: string,
): Promise<Copied> {
  const out = copyOut(pair.copying, selection);
  const shapes = selection.encoding === 'json' ? [new LinesToArray()] : [];
  const written = await draft.writeStream(file, [out.stream, ...shapes], meter.addBytes);
  return { ...written, copied: out.rows() };
}

async function writeNothing(
  { draft, meter }: TableExport,
  { encoding }: CopyOut,
  file: string,
): Promise<Copied> {
  const bytes = encoding === 'json' ? EMPTY_ARRAY : noRows(encoding);
  const written = await draft.writeBytes(file, bytes);
  meter.addBytes(written.bytes);
  return { ...written, copied: 0 };
}

interface WantedRows {
  readonly facts: TableFacts;
  readonly columns: ColumnProjection[];
  readonly where: string;
}

type Described = Pick<Content, 'rows' | 'digest' | 'replaced' | 'key' | 'generated'>;

/** Fingerprints the rows and, besides them, the generated columns that no file holds. */
async function describe(client: Client, wanted: WantedRows, seed: string): Promise<Described> {
  const { facts, columns, where } = wanted;
  const { table } = facts;
  const names = [...(await readPrimaryKey(client, table, columns))];
  const key = names.length === 0 ? {} : { key: names };
  const generated = [...(await comparableGeneratedColumns(client, facts, columns))];
  const rows = { table, expressions: selectList(columns), where };
  const computed = { table, columns, ...key };
  const generatedWhere = generated.length === 0 ? NOTHING : where;
  const rewritten = columns.find((column) => column.read === 'nil');
  const replaced =
    rewritten === undefined
      ? undefined
      : await fingerprintReplacing(client, { ...rows, column: rewritten.name }, seed);
  const [steady = OF_NOTHING, plain = OF_NOTHING] = await fingerprints(
    client,
    [
      generatedSelection(computed, generated, generatedWhere),
      { ...rows, where: replaced === undefined ? where : NOTHING },
    ],
    seed,
  );
  return {
    ...(replaced ?? plain),
    ...key,
    ...(generated.length > 0 && { generated: { columns: generated, digest: steady.digest } }),
  };
}
