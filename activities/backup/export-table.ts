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
import { generatedExpressions, comparableGeneratedColumns } from '../postgres/rows/generated';
import { readPrimaryKey } from '../postgres/catalog/unique-keys';
import { NOTHING } from '../postgres/catalog/populated';
import { InTurns } from '../runtime/in-turns';
import { copyOut, noRows, type CopyOut } from '../postgres/rows/copy';
import type { Client } from '../postgres/session/database-client';
import { fingerprint, fingerprintReplacing } from '../postgres/rows/fingerprint';
import { encodingOf, keyValues, projectionOf, selectList } from '../postgres/rows/projection';
import { naming } from '../postgres/errors/classify';

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
  readonly draft: BackupDraft;
  readonly kind: 'project' | 'target';
  readonly format: 'json' | 'copy';
  /** Whether NULLs that stock Auth cannot read become empty on their way; unless said, they do not. */
  readonly normalizeNullTokens?: boolean | undefined;
  readonly seed: string;
  readonly meter: Meter;
  /** Waits until more rows may be read; left out, they always may. */
  readonly awaitTurn?: (() => Promise<void>) | undefined;
  /** Tables that go by COPY in every format. */
  readonly wide: ReadonlyMap<string, number>;
}

/** One table on its way into a backup: its file and its fingerprint are made apart, in one snapshot. */
export interface TableExport {
  readonly write: (client: Client) => Promise<void>;
  readonly describe: (client: Client) => Promise<void>;
  /** What the manifest says of the table, once both have been done. */
  readonly content: () => Content;
}

/** Prepares the export of the rows of one table that a predicate selects. */
export function tableExport(
  { draft, kind, format, normalizeNullTokens, seed, meter, wide, awaitTurn }: Saving,
  { facts, where, kind: scope }: Selected,
): TableExport {
  const { table } = facts;
  const columns = [...projectionOf(facts, kind, normalizeNullTokens)];
  const encoding = format === 'json' && !wide.has(table) ? 'json' : encodingOf(facts);
  let copy: Copied | undefined;
  let description: Described | undefined;
  return {
    write: async (client) => {
      meter.at(table);
      copy = await naming(`saving ${table}`, async () => {
        // Storage once read its list of migrations as the rows lay (supabase/storage, issue 826).
        const order = scope === 'bookkeeping' ? await readPrimaryKey(client, table, columns) : [];
        const file = tableFile(table, encoding === 'json' ? 'json' : 'copy');
        const write = where === NOTHING ? writeNothing : writeRows;
        return write(
          { client, draft, meter, awaitTurn },
          { table, columns, where, encoding, order },
          file,
        );
      });
      meter.addRows(copy.copied);
    },
    describe: async (client) => {
      description = await naming(`saving ${table}`, () =>
        describe(client, { facts, columns, where }, seed),
      );
    },
    content: () => {
      if (copy === undefined || description === undefined)
        throw failure('Unexpected', `${table} was not exported whole`);
      const { copied, ...written } = copy;
      assertSame(table, copied, description.rows);
      return { ...written, table, ...description, encoding, columns };
    },
  };
}

function assertSame(table: string, copied: number, fingerprinted: number): void {
  if (copied === fingerprinted) return;
  throw failure(
    'Unexpected',
    `${table}: ${counted(copied, 'row')} were copied, ${String(fingerprinted)} fingerprinted in one snapshot`,
  );
}

/** A table's file, and how many rows went into it. */
interface Copied extends WrittenFile {
  readonly copied: number;
}

type Writing = Pick<Saving, 'draft' | 'meter' | 'awaitTurn'> & { readonly client: Client };

async function writeRows(
  { client, draft, meter, awaitTurn }: Writing,
  selection: CopyOut,
  file: string,
): Promise<Copied> {
  const out = copyOut(client, selection);
  const turns = awaitTurn === undefined ? [] : [new InTurns(awaitTurn)];
  const lines = selection.encoding === 'json' ? [new LinesToArray()] : [];
  const written = await draft.writeStream(file, [out.stream, ...turns, ...lines], meter.addBytes);
  return { ...written, copied: out.rows() };
}

async function writeNothing(
  { draft, meter }: Writing,
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

type Described = Pick<Content, 'rows' | 'digest' | 'replaced' | 'key' | 'keyDigest' | 'generated'>;

/** Fingerprints the rows and, in the same scan, their keys and the generated columns that no file holds. */
async function describe(client: Client, wanted: WantedRows, seed: string): Promise<Described> {
  const { facts, columns, where } = wanted;
  const { table } = facts;
  const names = [...(await readPrimaryKey(client, table, columns))];
  const key = names.length === 0 ? {} : { key: names };
  const generated = [...(await comparableGeneratedColumns(client, facts, columns))];
  const computed = generatedExpressions({ columns, ...key }, generated);
  const keys = keyValues({ columns, ...key });
  const rows = { table, expressions: selectList(columns), generated: computed, keys, where };
  const rewritten = columns.find((column) => column.read === 'nil');
  const {
    generated: digest = '0',
    keys: keyDigest,
    ...print
  } = rewritten === undefined
    ? await fingerprint(client, rows, seed)
    : await fingerprintReplacing(client, { ...rows, column: rewritten.name }, seed);
  return {
    ...print,
    ...key,
    ...(keyDigest !== undefined && { keyDigest }),
    ...(generated.length > 0 && { generated: { columns: generated, digest } }),
  };
}
