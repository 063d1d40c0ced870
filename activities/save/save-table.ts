import type { ColumnProjection, Content } from '../../workflows/domain/manifest';
import type { ScopeKind } from '../../workflows/domain/plan';
import { failure } from '../failure';
import type { Meter } from '../attempt';
import type { BackupDraft } from '../backup/draft';
import { LinesToArray } from '../backup/json-array';
import { tableFile } from '../backup/manifest';
import type { TableFacts } from '../postgres/catalog/tables';
import { generatedDigest, steadyGenerated } from '../postgres/compare/generated';
import { readPrimaryKey } from '../postgres/compare/primary-key';
import { NOTHING } from '../postgres/catalog/holding';
import { copyOut, noRows, type CopyOut } from '../postgres/copy';
import type { Client } from '../postgres/database-client';
import { fingerprint, fingerprintReplacing } from '../postgres/fingerprint';
import { encodingOf, projectionOf, selectList } from '../postgres/projection';
import { naming } from '../postgres/sqlstate';
import type { SnapshotPair } from '../postgres/snapshot';

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
}

/** Writes the rows of one table that a predicate selects, and fingerprints them in the same snapshot. */
export async function saveTable(
  { pair, draft, kind, format, normalizeNullTokens, seed, meter }: Saving,
  { facts, where, kind: scope }: Selected,
): Promise<Content> {
  meter.at(facts.table);
  const columns = [...projectionOf(facts, kind, normalizeNullTokens)];
  const encoding = format === 'json' ? 'json' : encodingOf(facts);
  const { table } = facts;
  // Storage once read its list of migrations as the rows lay (supabase/storage, issue 826).
  const order = scope === 'bookkeeping' ? await readPrimaryKey(pair.copying, table, columns) : [];
  const selection: CopyOut = { table, columns, where, encoding, order };
  const out = where === NOTHING ? noRows(encoding) : copyOut(pair.copying, selection);
  const shapes = encoding === 'json' ? [new LinesToArray()] : [];
  const [written, print] = await naming(`saving ${table}`, () =>
    Promise.all([
      draft.writeStream(tableFile(table, format), [out.stream, ...shapes], meter.addBytes),
      describe(pair.hashing, { facts, columns, where }, seed),
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
  readonly facts: TableFacts;
  readonly columns: ColumnProjection[];
  readonly where: string;
}

type Described = Pick<Content, 'rows' | 'digest' | 'replaced' | 'key' | 'generated'>;

/** Fingerprints the rows and, beside them, the generated columns that no file holds. */
async function describe(client: Client, wanted: Wanted, seed: string): Promise<Described> {
  const { facts, columns, where } = wanted;
  const { table } = facts;
  const print = await fingerprintOf(client, wanted, seed);
  const names = [...(await readPrimaryKey(client, table, columns))];
  const key = names.length === 0 ? {} : { key: names };
  const generated = [...(await steadyGenerated(client, facts, columns))];
  if (generated.length === 0) return { ...print, ...key };
  const content = { table, columns, ...key };
  const digest = await generatedDigest(client, { content, columns: generated, where }, seed);
  return { ...print, ...key, generated: { columns: generated, digest } };
}

async function fingerprintOf(
  client: Client,
  { facts, columns, where }: Wanted,
  seed: string,
): Promise<Pick<Content, 'rows' | 'digest' | 'replaced'>> {
  const selection = { table: facts.table, expressions: selectList(columns), where };
  const rewritten = columns.find((column) => column.read === 'nil');
  if (rewritten === undefined) return fingerprint(client, selection, seed);
  return fingerprintReplacing(client, { ...selection, column: rewritten.name }, seed);
}
