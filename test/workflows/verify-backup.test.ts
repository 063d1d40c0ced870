import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

describe('verifyProject, of a right target with a damaged backup', () => {
  let bed: Testbed;
  let project: TestProject;
  let folder: string;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    const { report } = await bed.run('migrateProject', project);
    folder = join(bed.backups, report?.backupId ?? '');
  });
  afterAll(() => bed.close());

  it('reads its files, and names those that are damaged', async () => {
    expect((await bed.run('verifyProject', project)).report?.outcome).toBe('verified');
    const users = join(folder, 'auth_users.json');
    const text = await readFile(users, 'utf8');
    await writeFile(users, text.replace('"id"', '"ID"'));
    await rm(join(folder, 'schema.sql'));
    const { report } = await bed.run('verifyProject', project);
    expect(report?.outcome).toBe('different');
    expect(report?.tables.filter(({ equal }) => !equal)).toEqual([]);
    expect(report?.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the backup is damaged: backup_.*auth_users\.json is not the file/),
      expect.stringMatching(/^the backup is damaged: backup_.*schema\.sql is missing$/),
    ]);
  });
});
