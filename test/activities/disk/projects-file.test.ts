import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readProjectsFile } from '../../../activities/disk/fleet/projects-file';

const ONE = { ref: 'project-1', database: 'one' };
const TWO = { ref: 'project-2', database: 'two', owner: 'a,]}"\\', source: 's', target: 't' };

describe('readProjectsFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-file-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function written(text: string | Buffer): Promise<string> {
    const path = join(folder, 'projects');
    await writeFile(path, text);
    return path;
  }

  const refusal = async (text: string | Buffer): Promise<string> =>
    readProjectsFile(await written(text)).then(
      () => 'none',
      (error: unknown) => (error instanceof Error ? error.message : 'odd'),
    );

  it('reads one project a line, by a path from where the worker stands', async () => {
    const path = await written(`${JSON.stringify(ONE)}\n\n  ${JSON.stringify(TWO)}`);
    expect(await readProjectsFile(path)).toEqual([ONE, TWO]);
    expect(await readProjectsFile(relative(process.cwd(), path))).toEqual([ONE, TWO]);
  });

  it('reads one array, however it is laid out', async () => {
    for (const indent of [0, 2])
      expect(
        await readProjectsFile(await written(`\n${JSON.stringify([ONE, TWO], null, indent)}\n`)),
      ).toEqual([ONE, TWO]);
  });

  it('names every wrong line and its field', async () => {
    const lines = [
      ONE,
      { ...ONE, ref: 'No' },
      { database: 'three' },
      { ...TWO, database: 'template1' },
    ];
    const said = await refusal(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(said).toMatch(
      /^"file" \/.*\/projects: line 2: "ref" must match .*; line 3: "ref" .*; line 4: "database" must not be a template database: those are never a target$/,
    );
    expect(await refusal(`[\n{"ref":"a",\n"database":"a"},\n\n{"ref":7}]`)).toMatch(
      /: line 5: "ref"/,
    );
  });

  it('names some where very many are wrong', async () => {
    const said = await refusal('{}\n'.repeat(1_000));
    expect(said).toMatch(/line 5: [^;]*; 995 more$/);
    expect(said.length).toBeLessThan(600);
  });

  it.each([
    ['a line that is no JSON', `${JSON.stringify(ONE)}\nhunter2`, /line 2: not valid JSON/],
    ['a line that is no object', '7', /line 1: not an object/],
    ['an array that is cut off', `[${JSON.stringify(ONE)}`, /line 1: not valid JSON/],
    ['an array that goes on', `[${JSON.stringify(ONE)}]\n{}`, /line 2: not valid JSON/],
    ['a comma too many', `[${JSON.stringify(ONE)},\n]`, /line 2: not valid JSON/],
    ['an unknown field', '{"ref":"a","database":"a","hunter2":1}', /line 1: a field other than/],
    ['no project', '\n', /lists no project/],
    ['an empty array', '[ ]', /lists no project/],
    ['other text than UTF-8', Buffer.from([0x7b, 0xff]), /not UTF-8/],
  ])('refuses %s, and repeats nothing of it', async (...[, text, says]) => {
    const said = await refusal(text);
    expect(said).toMatch(says);
    expect(said).not.toContain('hunter2');
  });

  it('refuses what is no file, is not there, or is far too large', async () => {
    const odd = (path: string): Promise<unknown> => readProjectsFile(path);
    await expect(odd(folder)).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(odd('/dev/zero')).rejects.toThrow(/it is not a file/);
    await expect(odd(join(folder, 'none'))).rejects.toThrow(
      /cannot be read by the worker \(ENOENT\)/,
    );
    const path = await written('[');
    await truncate(path, 33 * 1024 * 1024);
    await expect(odd(path)).rejects.toThrow(/larger than/);
  });
});
