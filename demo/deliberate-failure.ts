import type { openWithOwnWorker } from '../local/embedded';
import type { Session } from '../client/session';
import type { StudioProject } from '../studio/studio';
import type { Report } from '../workflows/domain/report';
import type { Ground } from './ground';
import { migrate } from './migration';
import { projectsTable, say, title } from './words';

type Wrap = NonNullable<Parameters<typeof openWithOwnWorker>[0]['wrap']>;

const CHANGE = `update auth.users set updated_at = updated_at + interval '1 microsecond'
  where id = (select id from auth.users where isfinite(updated_at) order by id limit 1)`;

/** A failure on purpose, and the showing of it. */
export interface DeliberateFailure {
  /** Changes a row of the victim's target just before its verification. */
  readonly wrap: Wrap;
  show(session: Session, victim: StudioProject): Promise<void>;
}

/** One project's verification is made to fail, once. */
export function deliberateFailure(ground: Ground): DeliberateFailure {
  const victims = new Set<string>();
  const wrap: Wrap = (activities) => ({
    ...activities,
    verifyProject: async (job, then) => {
      if (victims.delete(job.project.projectRef)) await ground.ask(job.target.database, CHANGE);
      return activities.verifyProject(job, then);
    },
  });
  return {
    wrap,
    show: async (session, victim) => {
      title(
        `5. ${victim.ref} is made to fail: before the verification, another session changes one row`,
      );
      say(
        'One timestamp of one user in the target is moved by one microsecond. No row count changes.\n',
      );
      victims.add(victim.ref);
      const before = await rowsOfSource(ground);
      tell(await migrate(session, victim, 'steps'));
      await proveFromOutside(ground, victim, before);
      title(`6. Nothing stands in the way of another try of ${victim.ref}`);
      say(projectsTable([await migrate(session, victim, 'nothing')]));
    },
  };
}

function tell({ outcome, problems, tables, restore }: Report): void {
  if (outcome !== 'restored') throw new Error(`expected a restored migration, not ${outcome}`);
  const unequal = tables.filter(({ equal }) => !equal).map(({ table }) => table);
  say(`\nOutcome: ${outcome}`);
  for (const { message } of problems) say(`  what failed   ${message}`);
  say(`  not equal     ${unequal.join(', ')}`);
  for (const fact of restore?.facts ?? []) say(`  proved        ${fact}`);
}

/** The demo looks for itself, with its own SQL. */
async function proveFromOutside(
  ground: Ground,
  victim: StudioProject,
  before: string,
): Promise<void> {
  const left = await ground.ask(
    'postgres',
    `select count(*)::text from pg_database where datname = '${victim.database}'`,
  );
  const after = await rowsOfSource(ground);
  if (left !== '0' || after !== before) throw new Error('the restore did not put everything back');
  say(`  seen by SQL   no database ${victim.database} on the server, as before`);
  say(`  seen by SQL   the source still holds ${after} users and objects, as before`);
}

function rowsOfSource(ground: Ground): Promise<string> {
  return ground.ask(
    'studio',
    'select ((select count(*) from auth.users) + (select count(*) from storage.objects))::text',
  );
}
