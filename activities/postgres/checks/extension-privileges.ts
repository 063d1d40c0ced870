import type { Client } from 'pg';
import { z } from 'zod';
import { ident } from '../identifiers';
import type { Extension } from '../schema';
import type { Mover } from './mover';

/** The extensions that a run will create in a database. */
export interface ExtensionNeeds {
  readonly database: string;
  /** Whether the database is there already, and so is not created. */
  readonly exists: boolean;
  /** The statement that creates the database, for an operator who may do more. */
  readonly createDatabase: () => string;
  /** Extensions that the schema needs. */
  readonly extensions: readonly Extension[];
}

/** A right that the role lacks to have the extensions: to use a schema, or to create extensions. */
export interface MissingExtensionRight {
  readonly kind: 'use' | 'extension' | 'new-extension';
  /** The schema, or the extensions it is about. */
  readonly object: string;
  /** What resolves it, to be run by a superuser in this order. */
  readonly statements: readonly string[];
}

const extensionRow = z.object({
  name: z.string(),
  schema: z.string(),
  isThere: z.boolean(),
  trusted: z.boolean(),
  /** Whether the role may use the extension's schema, and create in it; true if there is none yet. */
  mayUse: z.boolean(),
  mayCreate: z.boolean(),
});

/**
 * A trusted extension can be created by whoever may create in the database and in the extension's schema; all
 * others by a superuser.
 */
export async function missingExtensionRights(
  client: Client,
  mover: Mover,
  needs: ExtensionNeeds,
): Promise<MissingExtensionRight[]> {
  const { extensions, exists } = needs;
  const names = extensions.map(({ name }) => name);
  const schemas = extensions.map(({ schema }) => schema);
  const result = await client.query(EXTENSIONS, [names, schemas, exists]);
  const found = z.array(extensionRow).parse(result.rows);
  const isClosed = (one: (typeof found)[number]): boolean =>
    !one.isThere && !(one.trusted && one.mayCreate);
  // Who makes a schema for one extension makes it for all that go there.
  const shut = new Set(found.filter(isClosed).map(({ schema }) => schema));
  const closed = found.filter((one) => !one.isThere && shut.has(one.schema));
  const unused = [...new Set(found.filter((one) => !one.mayUse).map(({ schema }) => schema))];
  const uses = unused.map((schema): MissingExtensionRight => ({
    kind: 'use',
    object: schema,
    statements: [`GRANT USAGE ON SCHEMA ${ident(schema)} TO ${mover.quoted}`],
  }));
  if (closed.length === 0) return uses;
  const made = [
    ...[...shut]
      .filter((schema) => schema !== 'public' && schema !== 'pg_catalog')
      .flatMap((schema) => [
        `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`,
        ...(unused.includes(schema)
          ? []
          : [`GRANT USAGE ON SCHEMA ${ident(schema)} TO ${mover.quoted}`]),
      ]),
    ...closed.map(({ name, schema }) => `CREATE EXTENSION ${ident(name)} SCHEMA ${ident(schema)}`),
  ];
  const object = closed.map(({ name }) => name).join(', ');
  if (exists) return [...uses, { kind: 'extension', object, statements: made }];
  const database = ident(needs.database);
  const owned = `ALTER DATABASE ${database} OWNER TO ${mover.quoted}`;
  const [first = '', ...others] = made;
  const inside = [`then in database ${database}: ${first}`, ...others];
  const statements = [needs.createDatabase(), owned, ...inside];
  return [{ kind: 'new-extension', object, statements }];
}

/** In a database that does not exist yet, the role makes the extension's schema itself. */
const EXTENSIONS = `
SELECT w.name, w.schema, $3 AND x.oid IS NOT NULL AS "isThere",
       EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = w.name AND v.trusted) AS trusted,
       NOT $3 OR n.oid IS NULL OR has_schema_privilege(n.oid, 'USAGE') AS "mayUse",
       NOT $3 OR n.oid IS NULL OR has_schema_privilege(n.oid, 'CREATE') AS "mayCreate"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (name, schema, place)
  LEFT JOIN pg_extension x ON x.extname = w.name
  LEFT JOIN pg_namespace n ON n.oid = coalesce(x.extnamespace, to_regnamespace(quote_ident(w.schema)))
 ORDER BY w.place`;
