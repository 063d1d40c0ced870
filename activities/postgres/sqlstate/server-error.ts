import type { DatabaseError } from 'pg';
import { conditionOf, type Landing } from './conditions';
import { exceptionOf } from './exceptions';
import { saidMessage, saidObject } from './said';

/** What is said of a SQLSTATE that no rule names: nothing of the message, which may hold anything. */
const UNKNOWN: Landing = { code: 'Unexpected', words: 'PostgreSQL reported what no rule names' };

const NO_POSTGRES: Landing = {
  code: 'ConfigInvalid',
  words: 'what answers there is no PostgreSQL; check host and port in the URL',
};

/** Where an error of the server lands; the words hold its SQLSTATE and names of objects, never a row. */
export function serverError(error: DatabaseError): Landing {
  const state = error.code ?? '';
  if (state === '') return NO_POSTGRES;
  const { code, words } = exceptionOf(error) ?? conditionOf(state) ?? UNKNOWN;
  const said = saidMessage(error);
  const what = said === undefined ? words : `${words}: ${said}`;
  return { code, words: `${what}${saidObject(error)} [SQLSTATE ${shown(state)}]` };
}

/** A state is five digits or capitals; RAISE checks that as well. */
function shown(state: string): string {
  return /^[0-9A-Z]{5}$/.test(state) ? state : '?';
}
