import { createHash } from 'node:crypto';
import { z } from 'zod';
import { failure } from '../../runtime/failure';
import { encodeId } from '@supabase/pg-delta';
import type { Fact, FactBase } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import { splitTable } from '../../../workflows/domain/object-names';
import type { Supplement } from './supplements/supplement';
import type { Enforcement } from './foreign-types';
import { nameOf } from './object-name';
import type { Extension, LeftOut } from './script';
import { comparedAttributes } from './version-rules';

const FORMAT = 'moveout-schema/1';

/** Begins an attribute that is recorded by its hash only. */
export const HASHED = 'sha256:';

/** One object's attributes as text, and the object that it goes down with. */
const OBJECT = z.object({
  in: z.string().optional(),
  is: z.record(z.string(), z.string()),
});
const SNAPSHOT = z.object({
  format: z.literal(FORMAT),
  /** The major version of the server; 0 if an earlier moveout has not recorded it. */
  server: z.number().default(0),
  schemas: z.array(z.string()),
  /** Single tables of other schemas. */
  tables: z.array(z.string()).default([]),
  /** What the script rebuilds, by name. */
  objects: z.record(z.string(), OBJECT),
  /** What the script leaves out, by name. */
  leftOut: z.record(z.string(), OBJECT),
  /** Constraints whose own triggers have been changed; what the script rebuilds is enforced. */
  enforcement: z.record(z.string(), z.string()).default({}),
});

/** The facts of the schemas at one moment, independent of OIDs, column order, database and session. */
export type Snapshot = Readonly<z.infer<typeof SNAPSHOT>>;
export type SnapshotObject = Readonly<z.infer<typeof OBJECT>>;

/** What a snapshot is made from. */
export interface SnapshotSource {
  readonly all: FactBase;
  readonly extent: Extent;
  /** The major version of the server. */
  readonly server: number;
  /** What the script rebuilds, or would if it had no problems. */
  readonly facts: readonly Fact[];
  readonly spared: readonly Fact[];
  readonly supplements: readonly Supplement[];
  readonly obstacles: readonly LeftOut[];
  readonly extensions: readonly Extension[];
  readonly enforcement: Enforcement;
}

/** Equal facts give equal text: keys are sorted, nothing of the place or the time is in it. */
export function takeSnapshot(source: SnapshotSource): Snapshot {
  const objects = describeFacts(source.all, source.facts);
  for (const table of source.extent.tables) {
    const [schema, name] = splitTable(table);
    // A table that is gone is named, even if the schema that was made for it is gone as well.
    delete objects[nameOf({ kind: 'table', schema, name })]?.in;
  }
  for (const { id, attribute, value } of source.supplements) {
    const object = objects[nameOf(id)];
    if (object) object.is[attribute] = value;
  }
  for (const { object, because } of source.obstacles) {
    const described = (objects[object] ??= { is: {} });
    described.is.obstacle = because;
  }
  for (const { name, schema } of source.extensions) {
    objects[nameOf({ kind: 'extension', name })] = { is: { schema } };
  }
  return {
    format: FORMAT,
    server: source.server,
    schemas: [...source.extent.schemas].sort(),
    tables: [...source.extent.tables].sort(),
    objects,
    leftOut: describeFacts(source.all, source.spared),
    enforcement: source.enforcement,
  };
}

/** The snapshot as the text that is kept. */
export function serializeSnapshot(snapshot: Snapshot): string {
  return canonical(snapshot);
}

/** SHA-256 (hex) over what the script rebuilds, as it is compared with the oldest server; what is left out does not count. */
export function digestOf({ format, schemas, tables, objects }: Snapshot): string {
  const compared = Object.entries(objects).map(([name, object]): [string, SnapshotObject] => [
    name,
    { ...object, is: comparedAttributes(name, object.is, 0) },
  ]);
  const facts = { format, schemas, tables, objects: Object.fromEntries(compared) };
  return createHash('sha256').update(canonical(facts)).digest('hex');
}

/** Reads a kept snapshot; throws one error saying what is wrong with it. */
export function parseSnapshot(text: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failure('BackupDamaged', 'the schema snapshot is not JSON');
  }
  const result = SNAPSHOT.safeParse(value);
  if (result.success) return result.data;
  throw failure(
    'BackupDamaged',
    `the schema snapshot is not of format ${FORMAT}: ${z.prettifyError(result.error)}`,
  );
}

/** Facts by name, each with its attributes, its owner, and what it goes down with. */
export function describeFacts(
  all: FactBase,
  facts: readonly Fact[],
): Record<string, z.infer<typeof OBJECT>> {
  const objects: Record<string, z.infer<typeof OBJECT>> = {};
  for (const fact of [...facts].sort((a, b) => (encodeId(a.id) < encodeId(b.id) ? -1 : 1))) {
    const name = nameOf(fact.id);
    if (name in objects) throw new Error(`two objects are called ${name}`);
    objects[name] = {
      ...(fact.parent && { in: nameOf(fact.parent) }),
      is: { ...attributes(fact), ...owner(all, fact) },
    };
  }
  return objects;
}

function owner(all: FactBase, { id }: Fact): Record<string, string> {
  const edge = all.outgoingEdges(id).find(({ kind }) => kind === 'owner');
  return edge?.to.kind === 'role' ? { owner: edge.to.name } : {};
}

/** Keys that start with `_` carry positions and version-dependent defaults, which are not compared. */
function attributes({ id, payload }: Fact): Record<string, string> {
  if (id.kind === 'acl' && isOwnersDefault(payload)) return { privileges: 'all by default' };
  return Object.fromEntries(
    Object.entries(payload)
      .filter(([key, value]) => !key.startsWith('_') && value !== null && value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? value : canonical(value)])
      .map(([key = '', text = '']) => [key, mayHoldSecrets(id, key) ? hashed(text) : text]),
  );
}

/** Bodies and trigger arguments are where people write keys and tokens; their hash compares as well. */
function mayHoldSecrets({ kind }: Fact['id'], key: string): boolean {
  return key === 'def' && ['function', 'procedure', 'trigger', 'rule'].includes(kind);
}

function hashed(text: string): string {
  return `${HASHED}${createHash('sha256').update(text).digest('hex')}`;
}

/** Servers differ in what an owner has by default (MAINTAIN since PostgreSQL 17); the default is the same. */
function isOwnersDefault(payload: Fact['payload']): boolean {
  return (
    payload['_ownerDefault'] !== undefined &&
    canonical(payload['_ownerDefault']) === canonical(payload['privileges']) &&
    canonical(payload['grantable']) === '[]'
  );
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
