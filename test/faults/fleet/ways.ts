import type { SmallProject } from '../../../studio/many-projects';

/** One way in which a project cannot be moved; SQL for the source, and for a target that is there before. */
export interface Way {
  readonly name: string;
  readonly broken: Sql;
  readonly fixed: Sql;
  /** What its reason begins with: a failure of the closed table. */
  readonly code: string;
}

/** A project, and what is wrong with it. */
export interface Broken {
  readonly project: SmallProject;
  readonly way: Way;
}

interface Sql {
  readonly source?: (project: SmallProject) => string;
  /** Where there is any, the project's database is made first, empty but for what this puts there. */
  readonly target?: string;
}

/**
 * An event trigger of the target that acts only if the DDL is on an object of `auth` or `storage`: a plan's trial makes
 * none there and does not find it. `public` stays out of every comparison.
 */
function onDdlOfProject(tags: string, body: string): string {
  return `
    CREATE FUNCTION public.meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands()
                   WHERE object_identity ~ '(^| on )(auth|storage)[.]') THEN ${body} END IF;
      END $$;
    CREATE EVENT TRIGGER meddle ON ddl_command_end WHEN TAG IN (${tags}) EXECUTE FUNCTION public.meddle()`;
}

const LEAVE_ALONE = 'DROP EVENT TRIGGER meddle; DROP FUNCTION public.meddle()';

/** Makes a table of the project refuse every row, as soon as it is created. */
const refusing = (table: string): string =>
  onDdlOfProject(
    `'CREATE TABLE'`,
    `IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = '${table}' AND object_type = 'table') THEN
       ALTER TABLE ${table} ADD CONSTRAINT nothing CHECK (false);
     END IF;`,
  );

/** Five ways, each of which breaks another step after the backup. */
export const WAYS: readonly Way[] = [
  {
    name: 'its database refuses tables',
    broken: { target: onDdlOfProject(`'CREATE TABLE'`, `RAISE 'no tables here';`) },
    fixed: { target: LEAVE_ALONE },
    code: 'DataRejected',
  },
  {
    name: 'its database refuses users',
    broken: { target: refusing('auth.users') },
    fixed: { target: LEAVE_ALONE },
    code: 'DataRejected',
  },
  {
    name: 'its database refuses objects',
    broken: { target: refusing('storage.objects') },
    fixed: { target: LEAVE_ALONE },
    code: 'DataRejected',
  },
  {
    name: 'its database refuses indexes',
    broken: { target: onDdlOfProject(`'CREATE INDEX'`, `RAISE 'no indexes here';`) },
    fixed: { target: LEAVE_ALONE },
    code: 'DataRejected',
  },
  {
    name: 'a row is changed before it is verified',
    broken: {
      target: onDdlOfProject(
        `'CREATE TRIGGER'`,
        `UPDATE auth.users SET email = 'changed@' || email WHERE id = (SELECT min(id::text)::uuid FROM auth.users);`,
      ),
    },
    fixed: { target: LEAVE_ALONE },
    code: 'VerificationFailed',
  },
];
