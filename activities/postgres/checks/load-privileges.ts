import { listed, problem, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { UNSURE_WHILE_LOADING } from '../catalog/constraints';
import { inExtent } from '../catalog/tables';
import { byKind, readReach, remedy, type Mover, type Reach } from './mover';

/** A right that the role lacks to load rows into tables that stay as they are. */
interface MissingLoadRight {
  readonly kind: 'read' | 'load' | 'own' | 'out-of-reach' | 'policies';
  /** The tables or sequences, or the roles that own them. */
  readonly objects: readonly string[];
  /** What resolves it, to be run by a superuser in the target; empty if no statement should. */
  readonly statements: readonly string[];
}

const relationRow = z.object({
  name: z.string(),
  quoted: z.string(),
  schema: z.string(),
  owner: z.string(),
  mayUse: z.boolean(),
  readable: z.boolean(),
  writable: z.boolean(),
  /** Whether only its owner can do what loading takes: a sequence, or a table with triggers, rules, circles of keys or constraints that are off meanwhile. */
  needsOwner: z.boolean(),
  hidesRows: z.boolean(),
  hidesFromOwner: z.boolean(),
});

type Relation = z.infer<typeof relationRow>;

const CANNOT_LOAD: Readonly<Record<MissingLoadRight['kind'], string>> = {
  read: 'may not use',
  load: 'may not read and replace the rows of',
  own: 'may not switch triggers, keys and sequences that belong to',
  'out-of-reach': 'may not switch triggers, keys and sequences of',
  policies: 'would not see rows that row level security hides in',
};

/** Whose rights are asked for, and in which database. */
interface LoadPlace {
  readonly database: string;
  readonly mover: Mover;
}

/** One problem (`privilege`) for each kind of right that the role lacks to load rows into tables that stay. */
export async function checkLoadRights(
  client: Client,
  extent: Extent,
  { database, mover }: LoadPlace,
): Promise<Findings> {
  const missing = await readLoadRights(client, mover, extent);
  return problem(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = rights.flatMap((right) => right.objects);
      const statements = rights.flatMap((right) => right.statements);
      return `in the target "${database}", role "${mover.role}" ${CANNOT_LOAD[kind]} ${listed(objects, ', ')}: ${remedy(mover, statements)}`;
    }),
  );
}

/**
 * Finds what the session's role lacks to read and replace the rows of an extent whose schemas stay as they
 * are: what is never made needs no right to be made. A superuser lacks nothing.
 */
async function readLoadRights(
  client: Client,
  mover: Mover,
  extent: Extent,
): Promise<readonly MissingLoadRight[]> {
  if (mover.superuser) return [];
  const result = await client.query(RELATIONS, [extent.schemas, extent.tables]);
  const relations = z.array(relationRow).parse(result.rows);
  const owners = [...new Set(relations.map(({ owner }) => owner))].sort();
  const reached = new Map((await readReach(client, owners)).map((one) => [one.role, one]));
  const has = ({ owner }: Relation): boolean => reached.get(owner)?.inherits === true;
  const needed = relations.filter((one) => one.needsOwner && !has(one));
  const neededOwners = new Set(needed.map(({ owner }) => owner));
  const others = relations.filter((one) => !has(one) && !neededOwners.has(one.owner));
  const toOwn = [...neededOwners].flatMap((owner) => reached.get(owner) ?? []);
  return [
    ...usage(others, mover),
    ...tables(others, mover),
    ...memberships(toOwn, mover),
    ...outOfReach(toOwn, needed),
    ...policies(
      relations.filter((one) => one.hidesFromOwner || (one.hidesRows && others.includes(one))),
      mover,
    ),
  ];
}

function usage(others: readonly Relation[], mover: Mover): MissingLoadRight[] {
  const schemas = [...new Set(others.filter(({ mayUse }) => !mayUse).map(({ schema }) => schema))];
  return schemas.map((schema) => ({
    kind: 'read',
    objects: [`schema ${schema}`],
    statements: [`GRANT USAGE ON SCHEMA ${schema} TO ${mover.quoted}`],
  }));
}

function tables(others: readonly Relation[], mover: Mover): MissingLoadRight[] {
  const closed = others.filter(({ readable, writable }) => !readable || !writable);
  if (closed.length === 0) return [];
  const names = closed.map(({ quoted }) => quoted).join(', ');
  return [
    {
      kind: 'load',
      objects: closed.map(({ name }) => name),
      statements: [`GRANT SELECT, INSERT, TRUNCATE ON ${names} TO ${mover.quoted}`],
    },
  ];
}

function memberships(toOwn: readonly Reach[], mover: Mover): MissingLoadRight[] {
  const safe = toOwn.filter(({ powerful }) => !powerful);
  if (safe.length === 0) return [];
  const options = mover.modern ? ' WITH INHERIT TRUE, SET TRUE' : '';
  const grants = safe
    .filter(({ maySet }) => mover.modern || !maySet)
    .map(({ quoted }) => `GRANT ${quoted} TO ${mover.quoted}${options}`);
  const inherit = mover.modern || mover.inherit ? [] : [`ALTER ROLE ${mover.quoted} INHERIT`];
  return [
    { kind: 'own', objects: safe.map(({ role }) => role), statements: [...grants, ...inherit] },
  ];
}

function outOfReach(toOwn: readonly Reach[], needed: readonly Relation[]): MissingLoadRight[] {
  const powerful = toOwn.filter((one) => one.powerful).map(({ role }) => role);
  const objects = needed.filter(({ owner }) => powerful.includes(owner)).map(({ name }) => name);
  return objects.length === 0 ? [] : [{ kind: 'out-of-reach', objects, statements: [] }];
}

function policies(hidden: readonly Relation[], mover: Mover): MissingLoadRight[] {
  if (hidden.length === 0 || mover.bypassrls) return [];
  return [
    {
      kind: 'policies',
      objects: hidden.map(({ name }) => name),
      statements: [`ALTER ROLE ${mover.quoted} BYPASSRLS`],
    },
  ];
}

/** A key of a circle, or from a table that is not loaded, is dropped and made again around the rows. */
const RELATIONS = `
WITH loaded AS (
  SELECT c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity, n.nspname, n.oid AS schema
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND ${inExtent('n', 'c')})
SELECT t.nspname || '.' || t.relname AS name, format('%I.%I', t.nspname, t.relname) AS quoted,
       quote_ident(t.nspname) AS schema, pg_get_userbyid(t.relowner)::text AS owner,
       has_schema_privilege(t.schema, 'USAGE') AS "mayUse",
       has_table_privilege(t.oid, 'SELECT') AS readable,
       has_table_privilege(t.oid, 'INSERT') AND has_table_privilege(t.oid, 'TRUNCATE') AS writable,
       EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal)
         OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = t.oid AND r.ev_type = '3')
         OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND ${UNSURE_WHILE_LOADING})
         OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f'
                       AND k.confrelid <> t.oid
                       AND EXISTS (SELECT FROM pg_constraint b WHERE b.contype = 'f'
                                      AND b.conrelid = k.confrelid AND b.confrelid = t.oid)) AS "needsOwner",
       t.relrowsecurity AS "hidesRows",
       t.relrowsecurity AND t.relforcerowsecurity AS "hidesFromOwner"
  FROM loaded t
UNION ALL
SELECT n.nspname || '.' || s.relname, format('%I.%I', n.nspname, s.relname), quote_ident(n.nspname),
       pg_get_userbyid(s.relowner)::text, has_schema_privilege(n.oid, 'USAGE'), true, true, true, false, false
  FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
 WHERE s.relkind = 'S' AND EXISTS (
       SELECT FROM pg_depend d JOIN loaded t ON t.oid = d.refobjid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
ORDER BY 1`;
