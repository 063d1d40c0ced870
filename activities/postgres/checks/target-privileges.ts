import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from '../catalog/in-extent';
import { Recollection } from '../catalog/recollection';

/** What a migration will do on the target's server that takes a right. */
export interface TargetNeeds {
  readonly database: string;
  /** Whether the database is there already, and so is not created. */
  readonly exists: boolean;
  /** Every role that will own something in the target, or owns something there that is replaced. */
  readonly owners: readonly string[];
  /** Roles that the migration creates itself, because the server lacks them. */
  readonly rolesToCreate: readonly string[];
  /** Extensions that the schema needs and the target does not have. */
  readonly extensions: readonly string[];
}

const missingRow = z.object({
  kind: z.enum(['createdb', 'connect', 'create', 'owner', 'createrole', 'extension']),
  /** The database, the roles or the extension it is about. */
  object: z.string(),
  /** The statement that settles it, to be run by a superuser. */
  statement: z.string(),
});

/** A right that the target's role lacks, and the statement that gives it. */
export type MissingTargetRight = z.infer<typeof missingRow>;

/** Everything that the session's role lacks on the target's server, and what it is called. */
export interface TargetRole {
  readonly role: string;
  readonly missing: readonly MissingTargetRight[];
}

/**
 * Finds what the role lacks to make the target. The session may be in any database of the server, but
 * sees extensions of an existing target as installed only from within it. A superuser lacks nothing.
 */
export async function readTargetRole(client: Client, needs: TargetNeeds): Promise<TargetRole> {
  const who = await client.query('SELECT current_user::text AS role');
  const result = await client.query(STATEMENT, [
    needs.database,
    needs.exists,
    needs.owners,
    needs.rolesToCreate,
    needs.extensions,
  ]);
  return {
    role: z.object({ role: z.string() }).parse(who.rows[0]).role,
    missing: z.array(missingRow).parse(result.rows),
  };
}

const ownersOf = new Recollection<readonly string[]>();

/** The roles that own the extent's schemas and what lies in them, sorted: the target's objects get these owners. */
export async function readOwners(client: Client, extent: Extent): Promise<readonly string[]> {
  return ownersOf.recall(client, extent, () => listOwners(client, extent));
}

async function listOwners(client: Client, extent: Extent): Promise<readonly string[]> {
  const result = await client.query(
    `SELECT DISTINCT pg_get_userbyid(o.owner)::text AS role
       FROM (SELECT n.nspowner AS owner FROM pg_namespace n WHERE n.nspname = ANY ($1)
             UNION SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE ${inExtent('n', 'c')}
             UNION SELECT p.proowner FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                    WHERE n.nspname = ANY ($1)
             UNION SELECT t.typowner FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                    WHERE n.nspname = ANY ($1)) AS o
      ORDER BY 1`,
    [extent.schemas, extent.tables],
  );
  return z
    .array(z.object({ role: z.string() }))
    .parse(result.rows)
    .map(({ role }) => role);
}

/**
 * To hand an object to a role one must be able to SET ROLE to it, and to work on it afterwards one
 * must inherit from it. PostgreSQL 16 made the two options of a membership; before, inheriting was a
 * property of the member.
 */
const MEMBERSHIPS = `
  SELECT r.rolname, pg_has_role(r.oid, CASE WHEN me.modern THEN 'SET' ELSE 'MEMBER' END) AS may_set,
         pg_has_role(r.oid, 'USAGE') AS inherits
    FROM pg_roles r, me WHERE r.rolname = ANY ($3)`;

const STATEMENT = `
WITH me AS (
  SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolinherit,
         current_setting('server_version_num')::int >= 160000 AS modern
    FROM pg_roles WHERE rolname = current_user),
memberships AS (${MEMBERSHIPS}),
wanted AS (
  SELECT e AS name, coalesce(bool_or(v.trusted), false) AS trusted
    FROM unnest($5::text[]) AS e LEFT JOIN pg_available_extension_versions v ON v.name = e
   WHERE NOT EXISTS (SELECT FROM pg_extension x WHERE x.extname = e) GROUP BY e),
missing AS (
  SELECT 1 AS place, 'createdb' AS kind, $1 AS object, format('ALTER ROLE %I CREATEDB', me.rolname) AS statement
    FROM me WHERE NOT $2 AND NOT me.rolcreatedb
  UNION ALL
  SELECT 2, 'connect', d.datname, format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, me.rolname)
    FROM me, pg_database d WHERE $2 AND d.datname = $1 AND NOT has_database_privilege(d.oid, 'CONNECT')
  UNION ALL
  SELECT 3, 'create', d.datname, format('GRANT CREATE ON DATABASE %I TO %I', d.datname, me.rolname)
    FROM me, pg_database d WHERE $2 AND d.datname = $1 AND NOT has_database_privilege(d.oid, 'CREATE')
  UNION ALL
  SELECT 4, 'owner', o.rolname,
         format('GRANT %I TO %I', o.rolname, me.rolname)
         || CASE WHEN me.modern THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END
    FROM me, memberships o
   WHERE NOT o.may_set OR me.modern AND NOT o.inherits
  UNION ALL
  SELECT 5, 'owner', string_agg(o.rolname, ', ' ORDER BY o.rolname), format('ALTER ROLE %I INHERIT', me.rolname)
    FROM me, memberships o
   WHERE NOT me.modern AND NOT me.rolinherit AND NOT o.inherits
   GROUP BY me.rolname
  UNION ALL
  SELECT 6, 'createrole', array_to_string($4::text[], ', '), format('ALTER ROLE %I CREATEROLE', me.rolname)
    FROM me WHERE cardinality($4::text[]) > 0 AND NOT me.rolcreaterole
  UNION ALL
  SELECT 7, 'extension', w.name, format('CREATE EXTENSION %I', w.name) FROM wanted w WHERE NOT w.trusted)
SELECT kind, object::text, statement FROM missing, me WHERE NOT me.rolsuper ORDER BY place, object`;
