import type { Unreached } from '../../../workflows/domain/plan';
import type { Enforcement } from './foreign-types';
import {
  HASHED,
  parseSnapshot,
  type Snapshot,
  type SnapshotObject,
  canonical,
  describeFacts,
} from './snapshot';
import type { SchemaScript } from './script';
import { withoutUnset } from './unreached';
import { comparedAttributes } from './version-rules';
import { createHash } from 'node:crypto';
import type { Fact } from '@supabase/pg-delta';
import type { Pool } from 'pg';
import { nameOf, schemaOf } from './object-name';
import { readCatalog, type Catalog } from './read-catalog';

/** Longer values are cut around the place where they begin to differ. */
const SHOWN = 160;
const LEAD = 40;

/** What may be compared: a script just read, or the snapshot that an earlier one left. */
type Comparable = SchemaScript | string;

/**
 * Every difference between two schemas, one line each, naming the object; none means equal.
 * An object that is missing or extra stands for everything below it. What a major version of PostgreSQL adds
 * or prints otherwise by itself is none. `to` must enforce its constraints, as what a script rebuilds does,
 * whatever `from` did. Objects that scripts leave out count only with `leftOut: true`, for proving that one
 * database is as it was before; enforcement is then to be as it was, too. With `unreached` what the target's
 * role could not set is no difference.
 */
export function compareSchemas(
  from: Comparable,
  to: Comparable,
  options: { readonly leftOut?: boolean; readonly unreached?: Unreached | undefined } = {},
): readonly string[] {
  const both = [snapshotOf(from), snapshotOf(to)] as const;
  const [left, right] = withoutUnset(both, options.unreached);
  const server = Math.min(left.server, right.server);
  const inside = compareObjects(left.objects, right.objects, server);
  if (!options.leftOut) return [...inside, ...compareEnforcement({}, right.enforcement)];
  return [
    ...inside,
    ...compareObjects(left.leftOut, right.leftOut, server),
    ...compareEnforcement(left.enforcement, right.enforcement),
  ];
}

type Objects = Readonly<Record<string, SnapshotObject>>;

function snapshotOf(value: Comparable): Snapshot {
  return parseSnapshot(typeof value === 'string' ? value : value.snapshot);
}

function compareObjects(left: Objects, right: Objects, server: number): string[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.flatMap((name) => {
    const [a, b] = [left[name], right[name]];
    if (a && b)
      return compareAttributes(
        name,
        comparedAttributes(name, a.is, server),
        comparedAttributes(name, b.is, server),
      );
    if (a) return isCovered(a, left, right) ? [] : [`${name} is missing`];
    return b && !isCovered(b, right, left) ? [`${name} is extra`] : [];
  });
}

function compareEnforcement(left: Enforcement, right: Enforcement): string[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [left[name] ?? 'on', right[name] ?? 'on'];
    return was === is ? [] : [`${name}: enforcement is "${is}", was to be "${was}"`];
  });
}

function isCovered(object: SnapshotObject, own: Objects, other: Objects): boolean {
  return object.in !== undefined && object.in in own && !(object.in in other);
}

function compareAttributes(
  name: string,
  a: SnapshotObject['is'],
  b: SnapshotObject['is'],
): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return keys
    .filter((key) => a[key] !== b[key])
    .map((key) => {
      if (a[key]?.startsWith(HASHED) && b[key]?.startsWith(HASHED))
        return `${name}: ${key} differs`;
      return `${name}: ${key} is ${excerpt(b[key], a[key])}, was ${excerpt(a[key], b[key])}`;
    });
}

function excerpt(text: string | undefined, other: string | undefined): string {
  if (text === undefined) return 'not set';
  if (text.length <= SHOWN) return JSON.stringify(text);
  let differs = 0;
  while (differs < text.length && text[differs] === other?.[differs]) differs += 1;
  const start = Math.max(0, differs - LEAD);
  const cut = text.slice(start, start + SHOWN);
  return `${start > 0 ? '…' : ''}${JSON.stringify(cut)}${start + SHOWN < text.length ? '…' : ''}`;
}

/** moveout's own schema, which comes and goes with a migration. */
const OWN_SCHEMA = 'moveout';

/** These belong to the server, not to the database. */
const CLUSTER: readonly string[] = ['role', 'membership'];

/**
 * SHA-256 (hex) over every object of all schemas of the pool's database, with owners, grants, extensions and
 * what no script can carry; not over roles, rows, the state of sequences, the order of columns and the schema
 * `moveout`. Equal as long as nothing of that differs, whatever the OIDs, on the same major version.
 */
export async function catalogDigest(pool: Pool): Promise<string> {
  const catalog = await readCatalog(pool, (names) => ({
    schemas: names.filter((name) => name !== OWN_SCHEMA),
    tables: [],
    withoutColumns: [],
  }));
  return createHash('sha256')
    .update(canonical(wholeOf(catalog)))
    .digest('hex');
}

function wholeOf({ facts, supplements, ...catalog }: Catalog): Readonly<Record<string, unknown>> {
  return {
    objects: describeFacts(facts, facts.facts().filter(isCompared)),
    supplements: supplements
      .map(({ id, attribute, value }) => [nameOf(id), attribute, value])
      .sort(),
    obstacles: catalog.obstacles,
    losses: catalog.losses,
    enforcement: catalog.enforcement,
    extensions: catalog.installed,
  };
}

function isCompared({ id }: Fact): boolean {
  return !CLUSTER.includes(id.kind) && schemaOf(id) !== OWN_SCHEMA;
}
