import { execute, freshName, query } from '../support/harness/databases';
import { makeCopy } from '../support/harness/targets';
import type { TestProject, Testbed } from '../support/harness/testbed';

export type Format = 'json' | 'copy';

/** A migration that went well, to be spoiled in copies. */
export interface Pristine {
  readonly project: TestProject;
  readonly backupId: string;
}

/** Another project of the studio, of which no row may be found in a target. */
const NEIGHBOUR = 'project-004';
const NEIGHBOURS = {
  'storage.buckets': `t.id = '${NEIGHBOUR}-avatars'`,
  'auth.instances': `t.id = (SELECT instance_id FROM public.projects WHERE ref = '${NEIGHBOUR}')`,
} as const;

/**
 * Takes the next project and makes its source a little odder: no vector index, and rights on the
 * database itself, which the copy that the source is has lost.
 */
export async function prepareSource({ source, nextProject }: Testbed): Promise<TestProject> {
  const project = nextProject();
  await execute(
    source,
    `DELETE FROM storage.vector_indexes WHERE bucket_id = '${project.projectRef}-embeddings';
     GRANT CREATE ON DATABASE ${source} TO supabase_auth_admin, supabase_storage_admin`,
  );
  return project;
}

/** Migrates a project into a database of its own, by a backup of this format. */
export async function migrateIn(bed: Testbed, of: TestProject, format: Format): Promise<Pristine> {
  const project = { ...of, databaseName: freshName('pristine') };
  useFormat(bed, format);
  const { report, message } = await bed.run('migrateProject', project);
  if (report?.outcome !== 'migrated' || report.backupId === undefined) throw new Error(message);
  return { project, backupId: report.backupId };
}

/** Lets every backup from now on be of one format. */
export function useFormat(bed: Testbed, format: Format): void {
  const { settings } = bed.configured;
  bed.configured.settings = { ...settings, backup: { ...settings.backup, format } };
}

/** Reads the neighbour's rows once, as JSON text by table. */
export async function readNeighbour(source: string): Promise<(table: string) => string> {
  const found = new Map<string, string>();
  for (const [table, where] of Object.entries(NEIGHBOURS)) {
    const rows = await query<{ row: string }>(
      source,
      `SELECT row_to_json(t)::text AS row FROM ${table} AS t WHERE ${where}`,
    );
    found.set(table, rows[0]?.row ?? '');
  }
  return (table) => {
    const row = found.get(table) ?? '';
    if (row === '') throw new Error(`the neighbour has no row of ${table}`);
    return row;
  };
}

/** Copies a database with the grants and settings of the database itself, which a template does not hand on. */
export async function copyWhole(of: string): Promise<string> {
  const name = freshName('spoiled');
  await makeCopy(name, of);
  await execute(
    'postgres',
    `UPDATE pg_database SET datacl = original.datacl
       FROM pg_database AS original WHERE pg_database.datname = '${name}' AND original.datname = '${of}';
     INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
     SELECT copy.oid, s.setrole, s.setconfig
       FROM pg_db_role_setting AS s JOIN pg_database AS original ON original.oid = s.setdatabase,
            pg_database AS copy
      WHERE original.datname = '${of}' AND copy.datname = '${name}'`,
  );
  await execute(
    name,
    `UPDATE moveout.migration SET database_oid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return name;
}
