import { encodeId } from '@supabase/pg-delta';
import type { Fact, FactBase, StableId } from '@supabase/pg-delta';
import { ident, literal } from '../identifiers';
import type { Supplement } from './supplements/supplement';
import { schemaOf } from './object-name';

/**
 * The same facts, with the right to create in a schema for every role that owns something in it: PostgreSQL
 * hands an object only to a role that could have made it there. A superuser is not asked, so a database can
 * well be without these rights.
 */
export function withRightsOfOwners(
  all: FactBase,
  facts: readonly Fact[],
  supplements: readonly Supplement[],
): Fact[] {
  const present = new Set(facts.map(({ id }) => encodeId(id)));
  const wanted = new Map<string, Fact>();
  const want = (of: StableId, grantee: string | undefined): void => {
    const name = schemaOf(of);
    if (name === undefined || grantee === undefined) return;
    const schema: StableId = { kind: 'schema', name };
    if (!present.has(encodeId(schema)) || ownerOf(all, schema) === grantee) return;
    const id: StableId = { kind: 'acl', target: schema, grantee };
    const payload = { privileges: ['CREATE'], grantable: [] };
    wanted.set(encodeId(id), { id, parent: schema, payload });
  };
  for (const { id } of facts) want(id, ownerOf(all, id));
  for (const { id, owner } of supplements) want(id, owner);
  const changed = facts.map((fact) => {
    if (!wanted.delete(encodeId(fact.id))) return fact;
    return { ...fact, payload: { ...fact.payload, privileges: withCreate(fact) } };
  });
  return [...changed, ...wanted.values()];
}

/** Statements around a half that hands something over in a schema that is there already, and is not changed. */
export interface Loan {
  readonly begin: readonly string[];
  readonly end: readonly string[];
}

/**
 * Lends the owners of single tables the right to create in `public`, for one transaction, if they have
 * none: the same rule as above, in a schema whose privileges are not the script's.
 */
export function lendPublic(all: FactBase, facts: readonly Fact[]): Loan {
  const hasOwn = facts.some(({ id }) => id.kind === 'schema' && id.name === 'public');
  const inPublic = hasOwn ? [] : facts.filter(({ id }) => schemaOf(id) === 'public');
  const owners = [...new Set(inPublic.flatMap(({ id }) => ownerOf(all, id) ?? []))].sort();
  return {
    begin: owners.map((owner, at) =>
      block(
        `IF NOT pg_catalog.has_schema_privilege(${literal(owner)}, 'public', 'CREATE') THEN
GRANT CREATE ON SCHEMA public TO ${ident(owner)};
PERFORM pg_catalog.set_config('moveout.lent_${String(at)}', 'on', true);
END IF;`,
      ),
    ),
    end: owners.map((owner, at) =>
      block(
        `IF pg_catalog.current_setting('moveout.lent_${String(at)}', true) = 'on' THEN
REVOKE CREATE ON SCHEMA public FROM ${ident(owner)};
END IF;`,
      ),
    ),
  };
}

function block(body: string): string {
  return `DO ${literal(`BEGIN ${body} END`)}`;
}

function withCreate({ payload: { privileges } }: Fact): string[] {
  const given = Array.isArray(privileges) ? privileges.map(String) : [];
  return [...new Set([...given, 'CREATE'])].sort();
}

function ownerOf(all: FactBase, id: StableId): string | undefined {
  const edge = all.outgoingEdges(id).find(({ kind }) => kind === 'owner');
  return edge?.to.kind === 'role' ? edge.to.name : undefined;
}
