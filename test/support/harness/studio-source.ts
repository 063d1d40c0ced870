import { createStudio } from '../../../studio/studio';
import { createDatabase, execute, exists, query, urlOf, withSession } from './databases';

/** One project of the studio. */
export interface StudioProject {
  readonly ref: string;
  readonly owner: string;
}

const TEMPLATE = 'moveout_test_studio';
const LOCK = 'SELECT pg_advisory_lock(710710)';

/** As many as `maxWorkers` in jest's configuration. */
const JEST_WORKERS = 3;
/** Projects that one jest worker has to itself: two runs of one ref on one server exclude each other. */
const PROJECTS_EACH = 10;
/** The refs below belong to tests elsewhere. */
const FIRST = 5;
const SIZES = {
  projects: FIRST - 1 + JEST_WORKERS * PROJECTS_EACH,
  users: 14,
  buckets: 4,
  objects: 24,
  seed: 'core',
};

/** People of every project have allowed the one client in that no project has to itself. */
const SHARE_ONE_CLIENT = `
  UPDATE auth.oauth_consents SET client_id = shared.id
    FROM auth.oauth_clients AS shared
   WHERE shared.client_name = 'Shared by two projects'
     AND user_id::text || oauth_consents.id::text IN
         (SELECT min(user_id::text || c.id::text) FROM auth.oauth_consents AS c
            JOIN auth.users AS u ON u.id = c.user_id GROUP BY u.raw_app_meta_data ->> 'project_ref')`;

/** Makes a studio of this file's own: a copy of one that is made once on every server. */
export async function createSource(): Promise<string> {
  await ensureTemplate();
  return createDatabase('source', TEMPLATE);
}

/** The projects of the studio that tests of this jest worker may use. */
export async function ownProjects(source: string): Promise<readonly StudioProject[]> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1') - 1;
  const projects = await query<StudioProject>(
    source,
    `SELECT ref, owner FROM public.projects ORDER BY substr(owner, 6)::integer OFFSET $1 LIMIT $2`,
    [FIRST - 1 + (worker % JEST_WORKERS) * PROJECTS_EACH, PROJECTS_EACH],
  );
  return projects;
}

async function ensureTemplate(): Promise<void> {
  await withSession('postgres', async (client) => {
    await client.query(LOCK);
    if (await exists(TEMPLATE)) return;
    const making = `${TEMPLATE}_making`;
    await execute('postgres', `DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
    await execute('postgres', `CREATE DATABASE ${making} TEMPLATE template0`);
    await createStudio(urlOf(making), SIZES);
    await execute(making, SHARE_ONE_CLIENT);
    await execute('postgres', `ALTER DATABASE ${making} RENAME TO ${TEMPLATE}`);
  });
}
