import { z } from 'zod';
import type { Landing } from './conditions';

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
