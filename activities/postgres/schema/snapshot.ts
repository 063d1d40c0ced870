import { createHash } from 'node:crypto';
import { z } from 'zod';
import { encodeId } from '@supabase/pg-delta';
import type { Fact, FactBase } from '@supabase/pg-delta';
import { nameOf } from './object-name';
import type { Beside } from './beside';
import type { LeftOut } from './script';

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
  schemas: z.array(z.string()),
  /** What the script rebuilds, by name. */
  objects: z.record(z.string(), OBJECT),
  /** What the script leaves out, by name. */
  leftOut: z.record(z.string(), OBJECT),
});

/** The facts of the schemas at one moment, independent of OIDs, column order, database and session. */
export type Snapshot = Readonly<z.infer<typeof SNAPSHOT>>;
export type SnapshotObject = Readonly<z.infer<typeof OBJECT>>;

/** What a snapshot is made from. */
export interface SnapshotSource {
  readonly all: FactBase;
  readonly schemas: readonly string[];
  /** What the script rebuilds, or would if it had no problems. */
  readonly facts: readonly Fact[];
  readonly spared: readonly Fact[];
  readonly beside: readonly Beside[];
  readonly obstacles: readonly LeftOut[];
}

/** Equal facts give equal text: keys are sorted, nothing of the place or the time is in it. */
export function takeSnapshot(source: SnapshotSource): Snapshot {
  const objects = describe(source.all, source.facts);
  for (const { id, attribute, value } of source.beside) {
    const object = objects[nameOf(id)];
    if (object) object.is[attribute] = value;
  }
  for (const { object, because } of source.obstacles) {
    const described = (objects[object] ??= { is: {} });
    described.is.obstacle = because;
  }
  return {
    format: FORMAT,
    schemas: [...source.schemas].sort(),
    objects,
    leftOut: describe(source.all, source.spared),
  };
}

/** The snapshot as the text that is kept. */
export function serializeSnapshot(snapshot: Snapshot): string {
  return canonical(snapshot);
}

/** SHA-256 (hex) over what the script rebuilds; what is left out does not count. */
export function digestOf({ format, schemas, objects }: Snapshot): string {
  return createHash('sha256').update(canonical({ format, schemas, objects })).digest('hex');
}

/** Reads a kept snapshot; throws one error saying what is wrong with it. */
export function parseSnapshot(text: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('the schema snapshot is not JSON', { cause });
  }
  const result = SNAPSHOT.safeParse(value);
  if (result.success) return result.data;
  throw new Error(
    `the schema snapshot is not of format ${FORMAT}: ${z.prettifyError(result.error)}`,
  );
}

function describe(all: FactBase, facts: readonly Fact[]): Record<string, z.infer<typeof OBJECT>> {
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
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
