import { query } from '../support/harness/databases';

/** Makes three tables of a project big enough to be loaded side by side. */
const BIG = `
  UPDATE auth.users SET raw_user_meta_data = raw_user_meta_data || jsonb_build_object('pad', repeat('u', 1600000))
   WHERE id = (SELECT min(id::text)::uuid FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = $1);
  UPDATE auth.sessions SET user_agent = repeat('s', 1400000)
   WHERE id = (SELECT min(s.id::text)::uuid FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id
                WHERE u.raw_app_meta_data ->> 'project_ref' = $1);
  UPDATE storage.objects SET user_metadata = jsonb_build_object('pad', repeat('o', 1200000))
   WHERE id = (SELECT min(id::text)::uuid FROM storage.objects WHERE starts_with(bucket_id, $1 || '-'));`;

/** Makes tables of a project big enough to be loaded side by side: all three, or those whose statement is chosen. */
export async function makeBig(
  source: string,
  projectRef: string,
  isBig: (statement: string) => boolean,
): Promise<void> {
  for (const sql of BIG.split(';').filter((text) => text.trim() !== '' && isBig(text)))
    await query(source, sql, [projectRef]);
}

/** Without big objects all is built in the step of auth. */
export const ofAuth = (statement: string): boolean => !statement.includes('storage.');
