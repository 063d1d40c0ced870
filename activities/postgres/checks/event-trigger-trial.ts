import { listed, problem, type Findings } from '../../../workflows/domain/findings';
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { DatabaseError } from 'pg';
import { z } from 'zod';
import { ident } from '../identifiers';

/** A statement that event triggers of the database did not let through. */
interface Raised {
  readonly sqlstate: string;
  /** The command that was refused, such as `CREATE TABLE`. */
  readonly command: string;
  /** The event triggers that raised an error; all that fire if PostgreSQL does not say which. */
  readonly triggers: readonly string[];
  readonly isKnown: boolean;
  /** What switches them off. */
  readonly statements: readonly string[];
}

const triggerRow = z.object({
  name: z.string(),
  /** The function as the context of an error names it, with and without its schema. */
  functions: z.array(z.string()),
});
type Trigger = z.infer<typeof triggerRow>;

/** The target, and whether the run makes the schemas there. */
interface TrialOf {
  readonly database: string;
  readonly makesSchema: boolean;
}

/** One problem (`event-trigger`) for each statement that event triggers of the target do not let through in a trial. */
export async function checkEventTriggers(
  client: Client,
  { database, makesSchema }: TrialOf,
): Promise<Findings> {
  const raised = await tryEventTriggers(client, makesSchema);
  return problem(
    'event-trigger',
    raised.map(({ sqlstate, command, triggers, isKnown, statements }) => {
      const names = listed(triggers, ', ');
      const what = isKnown
        ? `the event trigger ${names} refuses ${command} (SQLSTATE ${sqlstate})`
        : `${command} is refused (SQLSTATE ${sqlstate}), by one of the event triggers ${names}`;
      const lines = listed(
        statements.map((text) => `${text};`),
        ' ',
      );
      return `in the target "${database}", ${what}, as a trial showed, which was rolled back; switch it off until the migration is done: ${lines}`;
    }),
  );
}

/**
 * Runs in a transaction that is rolled back what a migration runs in the target, on objects of its own, and finds the
 * event triggers that raise. Only an event trigger can refuse it: the session's role may create in the database.
 */
async function tryEventTriggers(client: Client, makesSchema: boolean): Promise<readonly Raised[]> {
  const triggers = await readTriggers(client);
  if (triggers.length === 0) return [];
  const commands = trialOf(`moveout_trial_${randomUUID().slice(0, 8)}`).filter(
    ({ isForMarker }) => makesSchema || isForMarker,
  );
  const raised: Raised[] = [];
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
  while (raised.length < triggers.length) {
    const found = await firstRaised(client, commands, triggers);
    if (found === undefined) break;
    raised.push(found);
    if (!found.isKnown || (await refusalOf(client, found.statements)) !== undefined) break;
  }
  await client.query('ROLLBACK');
  return raised;
}

async function readTriggers(client: Client): Promise<readonly Trigger[]> {
  const result = await client.query(
    `SELECT e.evtname::text AS name,
            ARRAY[f.oid::regprocedure::text, quote_ident(n.nspname) || '.' || quote_ident(f.proname) || '()'] AS functions
       FROM pg_event_trigger e JOIN pg_proc f ON f.oid = e.evtfoid JOIN pg_namespace n ON n.oid = f.pronamespace
      WHERE e.evtenabled IN ('O', 'A') AND e.evtevent <> 'login' ORDER BY 1`,
  );
  return z.array(triggerRow).parse(result.rows);
}

interface Command {
  readonly sql: string;
  /** Whether a migration runs such a command also if the schemas stay as they are. */
  readonly isForMarker: boolean;
}

function trialOf(name: string): readonly Command[] {
  const schema = ident(name);
  const always = (sql: string): Command => ({ sql, isForMarker: true });
  const made = (sql: string): Command => ({ sql, isForMarker: false });
  return [
    always(`CREATE SCHEMA ${schema}`),
    made(`ALTER SCHEMA ${schema} OWNER TO CURRENT_USER`),
    made(`CREATE TYPE ${schema}.kind AS ENUM ('a')`),
    made(`ALTER TYPE ${schema}.kind OWNER TO CURRENT_USER`),
    made(`CREATE DOMAIN ${schema}.word AS text`),
    made(`CREATE SEQUENCE ${schema}.numbers`),
    made(`ALTER SEQUENCE ${schema}.numbers OWNER TO CURRENT_USER`),
    always(`CREATE TABLE ${schema}.things (id int, kind text)`),
    always(`ALTER TABLE ${schema}.things OWNER TO CURRENT_USER`),
    made(`CREATE INDEX ON ${schema}.things (kind)`),
    made(`CREATE VIEW ${schema}.seen AS SELECT id FROM ${schema}.things`),
    made(`CREATE FUNCTION ${schema}.one() RETURNS int LANGUAGE sql AS 'SELECT 1'`),
    made(`ALTER FUNCTION ${schema}.one() OWNER TO CURRENT_USER`),
    made(
      `CREATE TRIGGER watch BEFORE UPDATE ON ${schema}.things FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    ),
    made(`CREATE POLICY own ON ${schema}.things USING (true)`),
    made(`GRANT SELECT ON ${schema}.things TO CURRENT_USER`),
    always(`REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC`),
    always(`COMMENT ON SCHEMA ${schema} IS 'a trial of moveout'`),
    made(`ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT ON TABLES TO PUBLIC`),
    made(`DROP POLICY own ON ${schema}.things`),
    made(`DROP TRIGGER watch ON ${schema}.things`),
    made(`DROP FUNCTION ${schema}.one()`),
    made(`DROP VIEW ${schema}.seen`),
    made(`DROP INDEX ${schema}.things_kind_idx`),
    always(`DROP TABLE ${schema}.things`),
    made(`DROP SEQUENCE ${schema}.numbers`),
    made(`DROP DOMAIN ${schema}.word`),
    made(`DROP TYPE ${schema}.kind`),
    always(`DROP SCHEMA ${schema}`),
  ];
}

async function firstRaised(
  client: Client,
  commands: readonly Command[],
  triggers: readonly Trigger[],
): Promise<Raised | undefined> {
  const texts = commands.map(({ sql }) => sql);
  const refused = await refusalOf(client, texts);
  if (refused === undefined) return undefined;
  const where = refused.error.where ?? '';
  const named = triggers.filter(({ functions }) => functions.some((one) => isNamed(one, where)));
  const isKnown = named.length > 0;
  const names = (isKnown ? named : triggers).map(({ name }) => name);
  return {
    sqlstate: refused.error.code ?? '',
    command: COMMAND.exec(refused.sql)?.[0] ?? '',
    triggers: names,
    isKnown,
    statements: names.map((name) => `ALTER EVENT TRIGGER ${ident(name)} DISABLE`),
  };
}

const COMMAND = /^(CREATE|ALTER|DROP) (DEFAULT PRIVILEGES|[A-Z]+)|^[A-Z]+/;

/** Lost connections, no resources, locks, and a server that takes no writes: not caused by an event trigger. */
const OF_SERVER = /^(08|25|40|53|55|57|58)/;

/** Runs the statements; at the first that is refused, rolls all of them back and returns the error. */
async function refusalOf(
  client: Client,
  statements: readonly string[],
): Promise<{ readonly sql: string; readonly error: DatabaseError } | undefined> {
  await client.query('SAVEPOINT trial');
  for (const sql of statements) {
    try {
      await client.query(sql);
    } catch (error) {
      if (!(error instanceof DatabaseError) || OF_SERVER.test(error.code ?? '')) throw error;
      await client.query('ROLLBACK TO SAVEPOINT trial');
      return { sql, error };
    }
  }
  return undefined;
}

/** Whether the context of an error names this function, and not another whose name ends in the same way. */
function isNamed(name: string, where: string): boolean {
  const before = where.split(name).slice(0, -1);
  return before.some((text) => !/[\w.$"]$/.test(text));
}
