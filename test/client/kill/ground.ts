import {
  dropDatabases,
  execute,
  createDatabase,
  freshName,
  query,
  urlOf,
} from '../../support/harness/databases';
import { imageOf } from '../../support/harness/image';
import { createStudio } from '../../../studio/studio';

/** A shared studio with small projects, on the test server. */
export interface Ground {
  readonly source: string;
  /** The next project that nobody has used, and a name for its target. */
  next(): { readonly ref: string; readonly target: string };
  /** What is on the server and in the source, to be compared with what was there at the start. */
  view(): Promise<View>;
  close(): Promise<void>;
}

/** All of a server that a migration could leave something in, but for its targets. */
export interface View {
  readonly source: readonly string[];
  readonly server: readonly string[];
}

/** People of every project have allowed the one client in that no project has to itself. */
const SHARE_ONE_CLIENT = `
  UPDATE auth.oauth_consents SET client_id = shared.id
    FROM auth.oauth_clients AS shared
   WHERE shared.client_name = 'Shared by two projects'
     AND oauth_consents.id IN
         (SELECT DISTINCT ON (u.raw_app_meta_data ->> 'project_ref') c.id
            FROM auth.oauth_consents AS c JOIN auth.users AS u ON u.id = c.user_id
           ORDER BY u.raw_app_meta_data ->> 'project_ref', c.user_id, c.id)`;

/** Makes the ground. */
export async function openGround(projects: number): Promise<Ground> {
  const source = await createDatabase('studio');
  await createStudio(urlOf(source), { projects, users: 12, objects: 20 });
  await execute(source, SHARE_ONE_CLIENT);
  const refs = await query<{ ref: string }>(
    source,
    'SELECT ref FROM public.projects ORDER BY substr(owner, 6)::integer',
  );
  const targets: string[] = [];
  let used = 0;
  return {
    source,
    next: () => {
      const ref = refs[used]?.ref;
      if (ref === undefined) throw new Error(`the studio has only ${refs.length} projects`);
      used += 1;
      const target = freshName('target');
      targets.push(target);
      return { ref, target };
    },
    view: async () => ({ source: await imageOf(source), server: await serverView(targets) }),
    close: dropDatabases,
  };
}

const VIEW = `
  SELECT 'database ' || datname FROM pg_database WHERE datname <> ALL ($1)
  UNION ALL SELECT 'role ' || rolname FROM pg_roles
  UNION ALL SELECT 'session ' || application_name FROM pg_stat_activity WHERE application_name LIKE 'moveout %' AND application_name <> 'moveout test'
  UNION ALL SELECT 'advisory lock ' || objid FROM pg_locks WHERE locktype = 'advisory'
  UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
  UNION ALL SELECT 'prepared ' || gid FROM pg_prepared_xacts
  UNION ALL SELECT 'temporary file ' || name FROM pg_ls_tmpdir()
  ORDER BY 1`;

async function serverView(targets: readonly string[]): Promise<readonly string[]> {
  const rows = await query<Record<string, string>>('postgres', VIEW, [targets]);
  return rows.flatMap((row) => Object.values(row));
}
