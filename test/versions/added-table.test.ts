import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runScript, type Outcome } from '../client/script';
import { studioPlace, type Place } from '../client/studio-database';

const ADDED = `
  CREATE TYPE auth.extra_kind AS ENUM ('plain', 'odd');
  CREATE TABLE auth.extra (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    kind auth.extra_kind NOT NULL DEFAULT 'plain',
    note text
  );
  ALTER TABLE auth.extra OWNER TO supabase_auth_admin;
  INSERT INTO auth.extra (user_id, kind, note)
    SELECT id, CASE WHEN is_anonymous THEN 'odd' ELSE 'plain' END::auth.extra_kind, email
      FROM auth.users ORDER BY id;`;

/** What settles it, as the plan offers it. */
const OWNED = 'tables: { "auth.extra": { scope: owned, via: "user_id -> auth.users.id" } }';

const WITH_MOODS = `
  CREATE TYPE public.mood AS ENUM ('low', 'high');
  ALTER TABLE public.profiles ADD COLUMN mood public.mood NOT NULL DEFAULT 'high';
  UPDATE public.profiles SET mood = 'low' WHERE email LIKE 'user1%';`;

let place: Place;

beforeAll(async () => {
  place = await studioPlace(25);
  await place.rows(place.database, ADDED);
  await place.rows(place.database, WITH_MOODS);
});
afterAll(() => place.clear());

/** Runs the script with the given configuration, as an operator would. */
function run(configuration: string, args: readonly string[]): Promise<Outcome> {
  const file = path.join(place.folder, 'moveout.config.yaml');
  writeFileSync(file, `backup: { directory: ./backups }\n${configuration}\n`);
  return runScript([...args, '--project-ref=project-025', '--owner=user-147', `--config=${file}`], {
    cwd: place.folder,
    env: place.env,
  });
}

/** The rows of one table as text: all, or those whose user the studio says is of project-025. */
async function rowsOf(
  database: string,
  table: string,
  user = `'all'`,
): Promise<readonly unknown[]> {
  const mine = `SELECT id::text FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = 'project-025'`;
  const rows = await place.rows(
    database,
    `SELECT to_jsonb(t)::text AS row FROM ${table} AS t
      WHERE ${user}::text IN (SELECT 'all' UNION ALL ${mine}) ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
}

describe('a table that a studio has added to auth', () => {
  it('stops the plan, with exit status 2 and the line of configuration that settles it', async () => {
    const target = place.target('refused');
    const { status, stdout, stderr } = await run('', [`--database=${target}`]);
    expect(status).toBe(2);
    const said = `${stdout}${stderr}`.replace(/\s+/g, ' ');
    expect(said).toContain('no rule says which rows of auth.extra belong to a project');
    expect(said).toContain(OWNED);
    expect(await place.databases()).not.toContain(target);
  });

  it("moves with the project's rows once that very line is in the configuration", async () => {
    const target = place.target('extra');
    const { status, stdout } = await run(OWNED, [`--database=${target}`]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/auth\.extra/)]);
    const expected = await rowsOf(place.database, 'auth.extra', 'user_id');
    expect(expected).toHaveLength(12);
    expect(await rowsOf(target, 'auth.extra')).toEqual(expected);
    const [next] = await place.rows(
      target,
      `INSERT INTO auth.extra (user_id) SELECT id FROM auth.users LIMIT 1
       RETURNING id > (SELECT max(id) FROM auth.extra) AS is_new`,
    );
    expect(next).toEqual({ is_new: true });
  });

  it('leaves its rows behind where the configuration says why', async () => {
    const target = place.target('without');
    const excluded = 'tables: { "auth.extra": { scope: excluded, because: "caches only" } }';
    expect(await run(excluded, [`--database=${target}`])).toMatchObject({ status: 0 });
    expect(await rowsOf(target, 'auth.extra')).toEqual([]);
  });
});

describe('a table of another schema that the configuration brings along', () => {
  it('moves with its rows and with the enum of public that it needs', async () => {
    const target = place.target('profiles');
    const tables = [
      '"auth.extra": { scope: owned, via: "user_id -> auth.users.id" }',
      '"public.profiles": { scope: owned, via: "id -> auth.users.id" }',
    ];
    const { status, stderr } = await run(`tables: { ${tables.join(', ')} }`, [
      `--database=${target}`,
    ]);
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    const expected = await rowsOf(place.database, 'public.profiles', 'id');
    expect(expected).toHaveLength(12);
    expect(await rowsOf(target, 'public.profiles')).toEqual(expected);
    const moods = await place.rows(
      target,
      `SELECT mood::text, count(*)::int FROM public.profiles GROUP BY 1 ORDER BY 1`,
    );
    expect(moods).toHaveLength(2);
    const others = await place.rows(target, `SELECT to_regclass('public.projects') AS found`);
    expect(others).toEqual([{ found: null }]);
  });
});
