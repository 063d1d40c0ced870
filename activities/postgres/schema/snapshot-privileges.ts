import { nameOf } from './object-name';
import { parseSnapshot } from './snapshot';

/** Which objects of a snapshot, and whose privileges on them. */
export interface PrivilegesWanted {
  /** The kinds of objects, as a snapshot calls them. */
  readonly words: readonly string[];
  /** Null for every schema. */
  readonly schema: string | null;
  /** A role, or PUBLIC. */
  readonly grantee: string;
}

/** What a role has on one object of a snapshot. */
export interface ObjectPrivileges {
  readonly has: (privilege: string) => boolean;
  readonly mayGrant: (privilege: string) => boolean;
}

/** What the role has on each of these objects of the snapshot; empty if there are no such objects. */
export function privilegesInSnapshot(
  snapshot: string,
  { words, schema, grantee }: PrivilegesWanted,
): readonly ObjectPrivileges[] {
  const { objects } = parseSnapshot(snapshot);
  const place = schema === null ? '' : `${nameOf({ kind: 'schema', name: schema }).slice(7)}.`;
  const names = Object.keys(objects).filter((name) =>
    words.some((word) => name.startsWith(`${word} ${place}`)),
  );
  return names.map((name) => {
    const { privileges = '', grantable = '' } =
      objects[`privileges of ${grantee} on ${name}`]?.is ?? {};
    // An owner who has all by default is recorded in words.
    const isOwner = privileges !== '' && !privileges.startsWith('[');
    return {
      has: (privilege) => isOwner || privileges.includes(`"${privilege}"`),
      mayGrant: (privilege) => isOwner || grantable.includes(`"${privilege}"`),
    };
  });
}
