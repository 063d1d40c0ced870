import { cp, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, freshName } from '../support/harness/databases';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import type { Damage } from './damages/damage';
import { FILE_DAMAGES } from './damages/files';
import { MANIFEST_DAMAGES, SEALED_DAMAGES } from './damages/manifests';
import { migrateIn, prepareSource, type Pristine } from './pristine';

const FORMATS = ['json', 'copy'] as const;

describe.each(FORMATS)('a damaged backup of format %s', (format) => {
  let bed: Testbed;
  let good: Pristine;
  let other: string;
  const pathOf = (backupId: string): string => join(bed.backups, backupId);
  beforeAll(async () => {
    bed = await openTestbed();
    good = await migrateIn(bed, await prepareSource(bed), format);
    await cp(pathOf(good.backupId), pathOf('whole'), { recursive: true });
    const { report } = await bed.run('backupProject', bed.nextProject());
    other = pathOf(report?.backupId ?? '');
  });
  afterAll(() => bed.close());

  /** Puts the whole backup in place and damages it. */
  async function damage(to: Damage['to']): Promise<void> {
    const folder = pathOf(good.backupId);
    await rm(folder, { recursive: true });
    await cp(pathOf('whole'), folder, { recursive: true });
    await to({ folder, format, other });
  }

  const restore = (databaseName: string) =>
    bed.run('restoreProject', { backupId: good.backupId, databaseName });

  // A manifest is the same in both formats: each format has half of what can be done with a damaged one.
  const half = FORMATS.indexOf(format);
  const restored = MANIFEST_DAMAGES.filter((_, index) => index % 2 === half);
  const compared = MANIFEST_DAMAGES.filter((_, index) => index % 2 !== half);

  it.each([...FILE_DAMAGES, ...restored])(
    'is not restored from, and the file is named: $what',
    async ({ to, names }) => {
      await damage(to);
      const databaseName = freshName('target');
      const { status, report, message } = await restore(databaseName);
      expect({ status, outcome: report?.outcome }).toEqual({
        status: 'Failed',
        outcome: 'refused',
      });
      expect(report?.problems.map(({ code }) => code)).toEqual(['BackupDamaged']);
      expect(message).toContain(names(format));
      expect(await exists(databaseName)).toBe(false);
    },
  );

  it.each(SEALED_DAMAGES)(
    'leaves nothing where it can be noticed by its rows alone: $what',
    async ({ to, names }) => {
      await damage(to);
      const databaseName = freshName('target');
      const { status, report, message } = await restore(databaseName);
      expect(status).toBe('Failed');
      expect(['refused', 'restored']).toContain(report?.outcome);
      expect(message).toContain(names(format));
      expect(await exists(databaseName)).toBe(false);
    },
  );

  it.each(compared)('is not compared with: the manifest has $what', async ({ to, names }) => {
    await damage(to);
    const { status, report, message } = await bed.run('verifyProject', {
      ...good.project,
      backupId: good.backupId,
    });
    expect({ status, outcome: report?.outcome }).toEqual({
      status: 'Failed',
      outcome: 'refused',
    });
    expect(report?.problems.map(({ code }) => code)).toEqual(['BackupDamaged']);
    expect(message).toContain(names(format));
  });

  it.each([
    { what: 'as it is', to: () => Promise.resolve() },
    {
      what: 'with a file that is no part of it',
      to: ({ folder }) => writeFile(join(folder, 'README.txt'), 'Keep this.\n'),
    },
    {
      what: 'with files of another time',
      to: ({ folder }) => utimes(join(folder, 'schema.sql'), 0, 0),
    },
  ] satisfies readonly Pick<Damage, 'what' | 'to'>[])(
    'is whole and is restored from: $what',
    async ({ to }) => {
      await damage(to);
      expect((await restore(freshName('target'))).report?.outcome).toBe('verified');
    },
  );
});
