import type { ClientBase } from 'pg';
import { z } from 'zod';
import type { Fact, FactBase } from '@supabase/pg-delta';
import { ident, literal } from '../identifiers';
import type { Ask } from './supplements/supplement';
import type { Extension } from './script';
import { queryCatalog } from '../session/prepared';

const INSTALLED = z.object({
  name: z.string(),
  schema: z.string(),
  version: z.string(),
  /** Other extensions that it needs, by name. */
  requires: z.array(z.string()),
});

/** An extension of the database that is read. */
export type Installed = Readonly<z.infer<typeof INSTALLED>>;

/** Every extension of the database but plpgsql, which each database has. */
export async function readExtensions(ask: Ask): Promise<readonly Installed[]> {
  return INSTALLED.array().parse(
    await ask(`
SELECT e.extname AS name, n.nspname AS schema, e.extversion AS version,
       ARRAY(SELECT r.extname::text FROM pg_depend d JOIN pg_extension r ON r.oid = d.refobjid
              WHERE d.classid = 'pg_extension'::regclass AND d.objid = e.oid
                AND d.refclassid = 'pg_extension'::regclass AND r.extname <> 'plpgsql'
              ORDER BY 1) AS requires
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname <> 'plpgsql'
 ORDER BY 1`),
  );
}

/** The extensions that the facts need, each after those that it needs itself. */
export function neededExtensions(
  all: FactBase,
  facts: readonly Fact[],
  known: { readonly installed: readonly Installed[]; readonly alsoNeeded: readonly string[] },
): readonly Extension[] {
  const direct = facts.flatMap(({ id }) =>
    all
      .outgoingEdges(id)
      .flatMap(({ kind, to }) => (kind === 'depends' && to.kind === 'extension' ? [to.name] : [])),
  );
  const needed = new Map<string, Extension>();
  const add = (name: string): void => {
    const found = known.installed.find((one) => one.name === name);
    if (!found || needed.has(name)) return;
    found.requires.forEach(add);
    needed.set(name, { name, schema: found.schema, version: found.version });
  };
  [...new Set([...direct, ...known.alsoNeeded])].sort().forEach(add);
  return [...needed.values()];
}

/** What makes sure of the extensions, and the roles that this mentions. */
export function extensionStatements(
  all: FactBase,
  extensions: readonly Extension[],
): { readonly statements: readonly string[]; readonly roles: readonly string[] } {
  const schemas = [...new Set(extensions.map(({ schema }) => schema))]
    .filter((name) => name !== 'public' && name !== 'pg_catalog')
    .map((name) => schemaOf(all, name));
  return {
    statements: [
      ...schemas.map(({ statement }) => statement),
      ...extensions.map(
        ({ name, schema }) =>
          `CREATE EXTENSION IF NOT EXISTS ${ident(name)} SCHEMA ${ident(schema)}`,
      ),
    ],
    roles: schemas.flatMap(({ roles }) => roles),
  };
}

/** Those of the extensions, by name, that the client's server does not offer. */
export async function missingExtensions(
  client: ClientBase,
  extensions: readonly Extension[],
): Promise<readonly string[]> {
  const { rows } = await queryCatalog(
    client,
    `SELECT DISTINCT wanted AS name FROM unnest($1::text[]) AS wanted
      WHERE NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = wanted) ORDER BY 1`,
    [extensions.map(({ name }) => name)],
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
}

const PLACED = z.object({ name: z.string(), stands: z.string(), statements: z.array(z.string()) });

/** An extension that a database has in another schema, and what moves it to where the script needs it. */
export type MisplacedExtension = Readonly<z.infer<typeof PLACED>>;

/** Those of the extensions that the client's database has in another schema than the script names. */
export async function misplacedExtensions(
  client: ClientBase,
  extensions: readonly Extension[],
): Promise<readonly MisplacedExtension[]> {
  const { rows } = await client.query(
    `SELECT e.extname AS name, n.nspname AS stands,
            CASE WHEN to_regnamespace(quote_ident(w.schema)) IS NULL THEN ARRAY[format('CREATE SCHEMA %I', w.schema)] ELSE '{}' END
            || CASE WHEN e.extrelocatable THEN ARRAY[format('ALTER EXTENSION %I SET SCHEMA %I', e.extname, w.schema)]
                    ELSE ARRAY[format('DROP EXTENSION %I', e.extname), format('CREATE EXTENSION %I SCHEMA %I', e.extname, w.schema)] END
              AS statements
       FROM unnest($1::text[], $2::text[]) AS w (name, schema)
       JOIN pg_extension e ON e.extname = w.name
       JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE n.nspname <> w.schema ORDER BY 1`,
    [extensions.map(({ name }) => name), extensions.map(({ schema }) => schema)],
  );
  return z.array(PLACED).parse(rows);
}

/**
 * The schema with its owner and grants, unless it is there. `CREATE SCHEMA IF NOT EXISTS` would ask for the
 * privilege to create one even then.
 */
function schemaOf(
  all: FactBase,
  name: string,
): { readonly statement: string; readonly roles: readonly string[] } {
  const id = { kind: 'schema', name } as const;
  const owner = all.outgoingEdges(id).find(({ kind }) => kind === 'owner')?.to;
  const ownerName = owner?.kind === 'role' ? owner.name : undefined;
  const grants = all
    .childrenOf(id)
    .flatMap((fact) => (fact.id.kind === 'acl' ? [grantsOf(fact, fact.id.grantee)] : []))
    .filter(({ grantee }) => grantee !== ownerName);
  const lines = [
    `CREATE SCHEMA ${ident(name)};`,
    ...(ownerName === undefined
      ? []
      : [`ALTER SCHEMA ${ident(name)} OWNER TO ${ident(ownerName)};`]),
    ...grants.flatMap(({ grantee, privileges }) =>
      privileges.map(
        (privilege) =>
          `GRANT ${privilege} ON SCHEMA ${ident(name)} TO ${grantee === 'PUBLIC' ? grantee : ident(grantee)};`,
      ),
    ),
  ];
  const body = `BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = ${literal(name)}) THEN
${lines.join('\n')}
END IF; END`;
  return {
    statement: `DO ${literal(body)}`,
    roles: [...(ownerName === undefined ? [] : [ownerName]), ...grants.map((one) => one.grantee)],
  };
}

function grantsOf({ payload }: Fact, grantee: string): { grantee: string; privileges: string[] } {
  const { privileges } = payload;
  return { grantee, privileges: Array.isArray(privileges) ? privileges.map(String) : [] };
}
