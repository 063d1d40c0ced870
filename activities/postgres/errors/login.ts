import type { DatabaseError } from 'pg';
import { ident } from '../identifiers';

/** Who wanted to log in, and where. */
export interface Login {
  readonly user?: string | undefined;
  readonly database?: string | undefined;
}

/** A reason for which a server refuses a login that is otherwise right, and what lets it in. */
interface Reason {
  readonly state: string;
  /** The function of PostgreSQL that says so; no language setting translates it. */
  readonly routine: string;
  /** What its message must hold as well, if the function says more than one thing. */
  readonly says?: RegExp;
  readonly remedy: (login: Login) => string;
}

const ROLE_LIMIT = (role: string): string =>
  `ALTER ROLE ${ident(role)} CONNECTION LIMIT -1; (or a limit that leaves moveout five sessions), or end sessions of that role`;

const REASONS: readonly Reason[] = [
  {
    ...{ state: '53300', routine: 'InitializeSessionUserId' },
    remedy: ({ user }) => ROLE_LIMIT(user ?? ''),
  },
  {
    ...{ state: '53300', routine: 'CheckMyDatabase' },
    remedy: ({ database }) =>
      `ALTER DATABASE ${ident(database ?? '')} CONNECTION LIMIT -1; (or a limit that leaves moveout three sessions), or end sessions in that database`,
  },
  {
    ...{ state: '55000', routine: 'CheckMyDatabase' },
    remedy: ({ database }) => `ALTER DATABASE ${ident(database ?? '')} ALLOW_CONNECTIONS true;`,
  },
  {
    ...{ state: '55000', routine: 'InitPostgres' },
    remedy: ({ database }) =>
      `a DROP of the database was interrupted, and nothing but another DROP is possible: DROP DATABASE ${ident(database ?? '')};`,
  },
  {
    ...{ state: '42501', routine: 'CheckMyDatabase' },
    remedy: ({ user, database }) =>
      `GRANT CONNECT ON DATABASE ${ident(database ?? '')} TO ${ident(user ?? '')};`,
  },
  {
    ...{ state: '28000', routine: 'InitializeSessionUserId', says: /not permitted to log in/ },
    remedy: ({ user }) => `ALTER ROLE ${ident(user ?? '')} LOGIN;`,
  },
  {
    ...{ state: '28000', routine: 'InitializeSessionUserId' },
    remedy: ({ user }) =>
      `ALTER ROLE ${ident(user ?? '')} LOGIN; or name a role that is there in the URL`,
  },
];

const SERVER_FULL = 'end unused sessions there, or raise max_connections';

/** What lets a login in that the server refused; `undefined` if the refusal is of another kind. */
export function loginRemedy(error: DatabaseError, login: Login): string | undefined {
  const { code: state = '', routine = '', message } = error;
  const reason = REASONS.find(
    (one) => one.state === state && one.routine === routine && (one.says?.test(message) ?? true),
  );
  if (reason !== undefined) return reason.remedy(login);
  return state === '53300' ? SERVER_FULL : undefined;
}

/** A password whose time is over is refused like a wrong one. */
export function expiryRemedy({ user }: Login): string {
  return `if its time is over (VALID UNTIL): ALTER ROLE ${ident(user ?? '')} VALID UNTIL 'infinity';`;
}
