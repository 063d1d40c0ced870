import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { runScript, startScript } from './script';
import { studioPlace, type Place } from './studio-database';

let place: Place;

beforeAll(async () => {
  place = await studioPlace(4);
});

afterAll(() => place.clear());

const surroundings = () => ({
  cwd: place.folder,
  env: { MOVEOUT_SOURCE_URL: place.url, MOVEOUT_STATE_DIR: path.join(place.folder, 'state') },
});

const moving = (ref: string) => [
  `--project-ref=${ref}`,
  `--database=${place.target(ref.replaceAll('-', '_'))}`,
  '--owner=user-123',
];

/** Whether the state folder's server still runs: its note is taken back when it has ended. */
const isNoted = (): boolean => {
  try {
    return readFileSync(path.join(place.folder, 'state', 'temporal.db.server'), 'utf8') !== '';
  } catch {
    return false;
  }
};

describe('the local Temporal server', () => {
  it('finishes at the next start what a killed script left', async () => {
    const { child, ended } = startScript(moving('project-abc'), surroundings());
    const lines = createInterface({ input: child.stderr });
    for await (const line of lines) if (line.includes('planMigration')) break;
    process.kill(-(child.pid ?? NaN), 'SIGKILL');
    await ended.catch(() => undefined);

    const { status, stderr } = await runScript(moving('project-abc-x'), surroundings());
    expect(stderr).toContain('Found migrate-project/project-abc, left by an earlier start');
    expect(stderr).toContain(
      'migrate-project/project-abc, left by an earlier start, has ended: migrated',
    );
    expect(status).toBe(0);
    expect(await place.databases()).toContain(place.target('project_abc'));
    expect(isNoted()).toBe(false);
  });

  it('is shared by scripts that run side by side, and ends with the last', async () => {
    const both = await Promise.all(
      ['project-003', 'project-004'].map((ref) => runScript(moving(ref), surroundings())),
    );
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    const [first, second] = both.map(({ stderr }) => /Web UI: \S+/.exec(stderr)?.[0]);
    expect(first).toBe(second);
    expect(isNoted()).toBe(false);
  });
});
