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

/** What a studio's people added later: rules that old rows need not keep. */
export const RULES_FOR_NEW_ROWS = `
  ALTER TABLE auth.users ADD CONSTRAINT no_stranger CHECK (phone NOT LIKE '000 %') NOT VALID;
  ALTER TABLE storage.objects ADD CONSTRAINT no_dots CHECK (name NOT LIKE '../%') NOT VALID`;

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

const ownUsers = ({ ref }: SmallProject): string =>
  `(SELECT user_id FROM public.memberships WHERE project = '${ref}' ORDER BY user_id LIMIT 1)`;

const firstBucket = ({ ref }: SmallProject): string =>
  `(SELECT bucket_id FROM public.bucket_owners WHERE project = '${ref}' ORDER BY bucket_id LIMIT 1)`;

/** Five ways, each of which breaks another step after the backup. */
export const WAYS: readonly Way[] = [
  {
    name: 'its database refuses tables',
    broken: { target: onDdlOfProject(`'CREATE TABLE'`, `RAISE 'no tables here';`) },
    fixed: { target: LEAVE_ALONE },
    code: 'DataRejected',
  },
  {
    name: 'a user breaks a rule for new rows',
    broken: {
      source: (project) =>
        `UPDATE auth.users SET phone = '000 ${project.ref}' WHERE id = ${ownUsers(project)}`,
    },
    fixed: { source: () => `UPDATE auth.users SET phone = NULL WHERE phone LIKE '000 %'` },
    code: 'DataRejected',
  },
  {
    name: 'an object breaks a rule for new rows',
    broken: {
      source: (project) =>
        `UPDATE storage.objects SET name = '../' || name WHERE bucket_id = ${firstBucket(project)}`,
    },
    fixed: {
      source: () => `UPDATE storage.objects SET name = substr(name, 4) WHERE name LIKE '../%'`,
    },
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
