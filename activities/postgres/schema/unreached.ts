import type { Unreached } from '../../../workflows/domain/plan';
import type { Snapshot, SnapshotObject } from './snapshot';

type UnreachedObjects = Readonly<Record<string, SnapshotObject>>;

/**
 * Both snapshots without what the target's role could not set: who owns the objects of roles that it cannot
 * act as, what these two roles may do with them, and default privileges. Whether a superuser has set
 * them since makes no difference then.
 */
export function withoutUnset(
  [recorded, present]: readonly [Snapshot, Snapshot],
  unreached: Unreached | undefined,
): readonly [Snapshot, Snapshot] {
  if (unreached === undefined) return [recorded, present];
  const handed = handedObjects(recorded, unreached.owners);
  const spared = (objects: UnreachedObjects): UnreachedObjects => spare(objects, handed, unreached);
  const of = (snapshot: Snapshot): Snapshot => ({ ...snapshot, objects: spared(snapshot.objects) });
  return [of(recorded), of(present)];
}

function handedObjects({ objects }: Snapshot, owners: readonly string[]): ReadonlySet<string> {
  const handed = Object.entries(objects).filter(([, { is }]) => owners.includes(is['owner'] ?? ''));
  return new Set(handed.map(([name]) => name));
}

function spare(
  objects: UnreachedObjects,
  handed: ReadonlySet<string>,
  unreached: Unreached,
): UnreachedObjects {
  const { role, owners, defaultPrivilegesOf } = unreached;
  const isUnset = (name: string): boolean =>
    defaultPrivilegesOf.some(
      (of) => name.startsWith('default privileges of ') && name.includes(` of ${of} in `),
    ) || [...owners, role].some((of) => handed.has(name.replace(`privileges of ${of} on `, '')));
  const kept = Object.entries(objects).filter(([name]) => handed.has(name) || !isUnset(name));
  return Object.fromEntries(
    kept.map(([name, object]) => [name, withoutOwner(object, handed.has(name), unreached)]),
  );
}

function withoutOwner(
  { is, ...rest }: SnapshotObject,
  isHanded: boolean,
  { role, owners }: Unreached,
): SnapshotObject {
  const own = Object.entries(is)
    .filter(([key]) => !(isHanded && key === 'owner'))
    .map(([key, value]): [string, string] => [
      key,
      withoutStatisticsOwner(key, value, [...owners, role]),
    ]);
  return { ...rest, is: Object.fromEntries(own) };
}

/** Statistics are attributes of their table, and name their owner there. */
function withoutStatisticsOwner(key: string, value: string, roles: readonly string[]): string {
  if (!key.startsWith('statistics ')) return value;
  return roles.reduce((text, role) => text.replace(` owner ${role} target `, ' target '), value);
}
