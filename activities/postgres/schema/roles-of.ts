import type { Fact, FactBase } from '@supabase/pg-delta';

/** Every role that statements about the facts mention, and the others given, sorted; without PUBLIC and built-in ones. */
export function rolesOf(
  all: FactBase,
  facts: readonly Fact[],
  others: readonly string[],
): readonly string[] {
  const mentioned = facts.flatMap(({ id, payload }) => {
    if (id.kind === 'acl') return [id.grantee];
    if (id.kind === 'defaultPrivilege') return [id.role, id.grantee];
    if (id.kind === 'policy' && Array.isArray(payload['roles']))
      return payload['roles'].map(String);
    return all.outgoingEdges(id).flatMap(({ to }) => (to.kind === 'role' ? [to.name] : []));
  });
  const names = new Set([...mentioned, ...others]);
  return [...names].filter((name) => name !== 'PUBLIC' && !name.startsWith('pg_')).sort();
}
