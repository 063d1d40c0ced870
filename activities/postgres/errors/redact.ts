import type { DatabaseError } from 'pg';
import { z } from 'zod';
import type { Landing } from './classify';

/*
 * Where else secrets and values of rows are kept out of what is said: `client/fault.ts` (commands),
 * `worker/logged-error.ts` (the worker's log), `session/urls.ts` (URLs), `worker/config-complaints.ts` (settings).
 */

/** SQLSTATEs of which PostgreSQL writes the primary message out of names, numbers and its own words only. */
const NAMES_ONLY: ReadonlySet<string> = new Set([
  ...['0A000', '28000', '28P01', '2BP01', '3D000', '3F000', '42501', '42701', '42703', '42704'],
  ...['42710', '42723', '42804', '42809', '42830', '42846', '42883', '42939', '42P01', '42P04'],
  ...['42P06', '42P07', '42P16', '42P17', '53100', '53300', '54001', '54011', '55000', '55006'],
  ...['58030', '58P01', 'XX001', 'XX002'],
]);

/**
 * The files of PostgreSQL's source whose messages and fields are trusted. Anything else that answers
 * under a known SQLSTATE (RAISE in a function, an extension) can put a value of a row anywhere.
 */
const TRUSTED: ReadonlySet<string> = new Set([
  ...['acl.c', 'aclchk.c', 'auth.c', 'bufmgr.c', 'buffile.c', 'bufpage.c', 'dbcommands.c'],
  ...['dependency.c', 'dfmgr.c', 'domains.c', 'dsm_impl.c', 'execExpr.c', 'execExprInterp.c'],
  ...['execIndexing.c', 'execMain.c', 'execUtils.c', 'extension.c', 'fd.c', 'functioncmds.c'],
  ...['guc.c', 'heap.c', 'hba.c', 'index.c', 'indexcmds.c', 'md.c', 'miscinit.c', 'namespace.c'],
  ...['nbtinsert.c', 'nbtpage.c', 'objectaddress.c', 'parse_coerce.c', 'parse_func.c'],
  ...['parse_oper.c', 'parse_relation.c', 'parse_target.c', 'parse_type.c', 'parse_utilcmd.c'],
  ...['pg_constraint.c', 'pg_namespace.c', 'pg_proc.c', 'pg_type.c', 'policy.c', 'postinit.c'],
  ...['proc.c', 'ri_triggers.c', 'rls.c', 'schemacmds.c', 'sequence.c', 'tablecmds.c', 'trigger.c'],
  ...['tuplesort.c', 'tuplesortvariants.c', 'typecmds.c', 'user.c', 'variable.c', 'xlog.c'],
]);

/** Writes every name out of the catalog, so even what a function touched is named by it safely. */
const CATALOG_ONLY = 'aclchk.c';

const LONGEST = 300;

/**
 * The server's primary message if it can hold nothing of a row; else nothing. Never where a
 * function or a line of COPY was under way: names may then have been made from values.
 */
export function redactedMessage(error: DatabaseError): string | undefined {
  if (!NAMES_ONLY.has(error.code ?? '') || !isTrusted(error)) return undefined;
  const isOurs = error.where === undefined && error.internalQuery === undefined;
  return isOurs || error.file === CATALOG_ONLY ? oneLine(error.message) : undefined;
}

/** The object that the server names in fields of their own, as ` (schema.table.column.constraint)`. */
export function redactedObject(error: DatabaseError): string {
  if (!isTrusted(error)) return '';
  const names = [error.schema, error.table, error.column, error.dataType, error.constraint];
  const named = names.filter((name) => name !== undefined && name !== '');
  return named.length === 0 ? '' : ` (${oneLine(named.join('.'))})`;
}

function isTrusted({ file }: DatabaseError): boolean {
  return TRUSTED.has(file ?? '');
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST);
}

/** How the schema engine begins what it says of a schema that it cannot rebuild. */
const ENGINE =
  /^(?:missing requirement|dependency cycle|FactBase|capability|rule table|emit invariant)\b/;
const OWN_FRAME = /\b((?:activities|workflows|worker|client)\/[\w./-]+:\d+)/;
const LONGEST_PROGRAM_TEXT = 300;

/**
 * Where an error of the program lands that nothing else names. Its message is not said, as JSON.parse,
 * Node.js and others quote values in theirs; said are its kind and the line of moveout that met it.
 */
export function programError(error: Error): Landing {
  const kind = /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
  const where = OWN_FRAME.exec(framesOf(error))?.[1];
  const at = where === undefined ? '' : ` at ${where}`;
  const details = detailsOf(error);
  const words = details ?? 'this is a bug in moveout: the program failed';
  return { code: 'Unexpected', words: `${words} (${kind}${at})` };
}

function detailsOf(error: Error): string | undefined {
  if (error instanceof z.ZodError) return shapeOf(error);
  if (!ENGINE.test(error.message)) return undefined;
  return `the schema cannot be rebuilt, ${withoutStatements(error.message)}`;
}

/** Which fields are not as expected; never what is in them. */
function shapeOf(error: z.ZodError): string {
  const fields = error.issues.map(({ path, code }) => `${path.map(String).join('.')} ${code}`);
  return `this is a bug in moveout: an answer has not the shape that was expected: ${fields.slice(0, 5).join(', ')}`;
}

/** The engine puts statements, which hold literals, between quotes or on lines of their own. */
function withoutStatements(message: string): string {
  const [line = ''] = message.replace(/"[\s\S]*"/, '"…"').split('\n');
  return line.slice(0, LONGEST_PROGRAM_TEXT);
}

/** The frames of an error's stack, without its message, which may look like anything and hold a row. */
export function framesOf({ stack = '', message }: Error): string {
  const behind = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return behind.filter((line) => /^\s+at /.test(line)).join('\n');
}
