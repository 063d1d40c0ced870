import type { Client } from 'pg';
import type { TableFacts } from '../catalog/tables';
import { NO_KEYS, readKeys, type KeySet } from './keys';
import type { ProjectKeys } from './rules';
import { readSharedKeys } from './shared-keys';
import { naming } from '../sqlstate';
import { knownRefs, type WantedProject } from './known-refs';
import { bucketsStatement, instancesStatement, usersStatement } from './tenancy';

const KINDS_OF_BUCKETS = {
  buckets: { table: 'storage.buckets', id: 'id', name: 'id', type: 'text' },
  analyticsBuckets: { table: 'storage.buckets_analytics', id: 'id', name: 'name', type: 'uuid' },
  vectorBuckets: { table: 'storage.buckets_vectors', id: 'id', name: 'id', type: 'text' },
} as const;

/**
 * Evaluates the tenancy for one project in the session's snapshot. The caller's transaction must be
 * the one that reads the rows, or the two may disagree.
 */
export async function readProjectKeys(
  client: Client,
  tables: readonly TableFacts[],
  wanted: WantedProject,
): Promise<ProjectKeys> {
  const { tenancy, projectRef } = wanted;
  // Configured statements may name tables of `public` without their schema.
  await client.query(`SELECT set_config('search_path', 'pg_catalog, public', true)`);
  const claim = { projectRef, knownRefs: await knownRefs(client, wanted) };
  const exists = existence(tables);
  const statement = usersStatement(tenancy.users, projectRef);
  const users = await naming('tenancy.users', () => readKeys(client, { type: 'uuid', statement }));
  const keysOf = async (kind: keyof typeof KINDS_OF_BUCKETS): Promise<KeySet> => {
    const { type, ...buckets } = KINDS_OF_BUCKETS[kind];
    if (!exists(buckets.table)) return NO_KEYS;
    const owner = ownedBy(users, buckets.table, exists);
    const owned = kind === 'buckets' ? { ...buckets, owner } : buckets;
    const found = bucketsStatement(tenancy.buckets, owned, claim);
    if (found === undefined) return NO_KEYS;
    return naming('tenancy.buckets', () => readKeys(client, { type, statement: found }));
  };
  return {
    users,
    instances: await instancesOf(client, wanted),
    buckets: await keysOf('buckets'),
    analyticsBuckets: await keysOf('analyticsBuckets'),
    vectorBuckets: await keysOf('vectorBuckets'),
    ...(await readSharedKeys(client, users, exists)),
    exists,
  };
}

async function instancesOf(
  client: Client,
  { tenancy, projectRef }: WantedProject,
): Promise<KeySet> {
  if (tenancy.users.by !== 'instance-id') return NO_KEYS;
  const statement = `SELECT i.id FROM (${instancesStatement(tenancy.users, projectRef)}) AS i (id)`;
  return readKeys(client, { type: 'uuid', statement });
}

function existence(tables: readonly TableFacts[]): ProjectKeys['exists'] {
  const columns = new Map(
    tables.map((facts) => [facts.table, new Set(facts.columns.map((column) => column.name))]),
  );
  return (table, column) => {
    const known = columns.get(table);
    return known !== undefined && (column === undefined || known.has(column));
  };
}

function ownedBy(users: KeySet, table: string, exists: ProjectKeys['exists']): string {
  const rules = [
    ...(exists(table, 'owner_id') ? [users.hasText('b.owner_id')] : []),
    ...(exists(table, 'owner') ? [users.has('b.owner')] : []),
  ];
  return rules.length === 0 ? 'false' : `(${rules.join(' OR ')})`;
}
