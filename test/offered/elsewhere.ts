/** Another test: its file and its title. */
type Proof = readonly [file: string, title: string];

const ROLES = 'test/activities/checks/roles.test.ts';
const SHARED_ROLES = 'test/activities/checks/shared-roles.test.ts';
const HANDS_OVER: Proof = [
  ROLES,
  'T15: gives the statements after which the role creates a database and hands over what is in it',
];
const EXTENSIONS: Proof = [
  ROLES,
  'names the right to create in a database that is there, and extensions that only a superuser creates',
];
const IMAGE: Proof = [
  'test/image/operators.test.ts',
  'is moved into a database that is $into by $name, once the statements of the plan were run',
];
const DEFAULTS: Proof = [
  'test/traps/default-privileges.test.ts',
  'are a problem whose statements, run as printed, let the project move',
];
const MARKER: Proof = [
  'test/workflows/foreign-marker.test.ts',
  'says which right is missing where the role may not read it',
];

/** Statements that are run as printed in another test, by where they stand and their shape. */
export const ELSEWHERE: Readonly<Record<string, Proof>> = {
  "activities/postgres/checks/encoding.ts: CREATE DATABASE ... ENCODING 'UTF8'": [
    'test/workflows/encodings.test.ts',
    'is refused if nothing says what its bytes are, with the way out',
  ],
  "activities/postgres/checks/read-only.ts: ALTER SYSTEM SET synchronous_standby_names = ''": [
    'test/traps/standby.test.ts',
    'a server that waits for a standby which is not there is a problem with its statements',
  ],
  'activities/postgres/checks/read-only.ts: ALTER SYSTEM SET default_transaction_read_only = off': [
    'test/traps/standby.test.ts',
    'a server that is set to read only as a whole is a problem with its statements',
  ],
  'activities/postgres/checks/session-room.ts: ALTER DATABASE … CONNECTION LIMIT …': [
    'test/workflows/session-limits.test.ts',
    'of the source database are named as well',
  ],
  'activities/postgres/checks/session-room.ts: ALTER ROLE … CONNECTION LIMIT …': [
    'test/workflows/session-limits.test.ts',
    'are kept to: the number that the plan names is enough to move and to restore',
  ],
  'activities/plan/server.ts: CREATE ROLE … NOLOGIN': [
    'test/workflows/what-a-server-lacks.test.ts',
    'is named in the plan, role by role, with the statement',
  ],
  'activities/plan/target.ts: DROP DATABASE …': [
    'test/workflows/interrupted-drop.test.ts',
    'stays if it was dropped by another, and does not hold up a restore',
  ],
  'activities/postgres/catalog/databases.ts: GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO …':
    [
      ROLES,
      'gives a role that may not ask the server for its identifier the statement after which it may',
    ],
  'activities/postgres/checks/default-privileges.ts: GRANT | … TO …': DEFAULTS,
  'activities/postgres/checks/default-privileges.ts: REVOKE GRANT OPTION FOR | … FROM …': DEFAULTS,
  'activities/postgres/checks/default-privileges.ts: REVOKE | … FROM …': DEFAULTS,
  'activities/postgres/checks/load-privileges.ts: ALTER ROLE … BYPASSRLS': IMAGE,
  'activities/postgres/checks/load-privileges.ts: ALTER ROLE … INHERIT': IMAGE,
  'activities/postgres/checks/load-privileges.ts: GRANT SELECT, INSERT, TRUNCATE ON … TO …': IMAGE,
  'activities/postgres/checks/load-privileges.ts: GRANT USAGE ON SCHEMA … TO …': IMAGE,
  'activities/postgres/checks/load-privileges.ts: GRANT … TO ……': IMAGE,
  'activities/postgres/checks/mover.ts: ALTER ROLE … IN DATABASE … RESET role': [
    SHARED_ROLES,
    'gets no right where the login works as it in this database alone',
  ],
  'activities/postgres/checks/mover.ts: ALTER ROLE … IN DATABASE … SET role = none': [
    SHARED_ROLES,
    'gets no right where the database sets the role; the database keeps its setting',
  ],
  'activities/postgres/checks/mover.ts: ALTER ROLE … RESET role': [
    SHARED_ROLES,
    'gets no right by a login that works as it; the line that resets the login does',
  ],
  'activities/postgres/checks/extension-privileges.ts: ALTER DATABASE … OWNER TO …': [
    ROLES,
    'has a superuser make a new database with an extension that only a superuser creates',
  ],
  'activities/postgres/checks/target-privileges.ts: ALTER ROLE … CREATEDB': HANDS_OVER,
  'activities/postgres/checks/target-privileges.ts: ALTER ROLE … INHERIT': HANDS_OVER,
  'activities/postgres/checks/target-privileges.ts: ALTER SCHEMA moveout OWNER TO …': MARKER,
  'activities/postgres/checks/target-privileges.ts: ALTER TABLE moveout.migration OWNER TO …':
    MARKER,
  'activities/postgres/checks/extension-privileges.ts: CREATE EXTENSION … SCHEMA …': EXTENSIONS,
  'activities/postgres/checks/target-privileges.ts: CREATE ROLE … NOLOGIN': HANDS_OVER,
  'activities/postgres/checks/extension-privileges.ts: CREATE SCHEMA IF NOT EXISTS …': EXTENSIONS,
  'activities/postgres/checks/extension-privileges.ts: GRANT USAGE ON SCHEMA … TO …': EXTENSIONS,
  'activities/postgres/checks/target-privileges.ts: GRANT … TO …': HANDS_OVER,
  'activities/postgres/checks/target-privileges.ts: GRANT … TO … WITH INHERIT TRUE, SET TRUE':
    HANDS_OVER,
  'activities/postgres/checks/target-privileges.ts: GRANT … TO ……': HANDS_OVER,
};
