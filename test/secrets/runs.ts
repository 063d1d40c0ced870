import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { Ground } from './ground';
import { urlWith } from './studio-of-canaries';

/** Runs of every kind, those of one project one after the other: how each should end is its test's business. */
export async function runAll(ground: Ground, secret: string, row: string): Promise<void> {
  await Promise.all([
    moveAndVerify(ground),
    failAndRestore(ground),
    backUpAndRestore(ground, row),
    failToReach(ground, secret),
  ]);
}

async function moveAndVerify(ground: Ground): Promise<void> {
  const { place } = ground;
  const verifying = ['--verify-only', ...ground.project('project-abc', 'moved')];
  await ground.run('migrated', ground.moving('project-abc', 'moved'));
  await ground.run('refused', ground.moving('project-abc', 'moved'));
  await ground.run('equal', verifying);
  await place.rows(place.target('moved'), `UPDATE storage.objects SET name = name || '!'`);
  await ground.run('different', verifying);
}

async function failAndRestore(ground: Ground): Promise<void> {
  await ground.run('violates', ground.moving('project-003', 'violates'));
  await ground.run('raises', [...ground.moving('project-003', 'raises'), '--replace']);
}

async function backUpAndRestore(ground: Ground, row: string): Promise<void> {
  const { place } = ground;
  await ground.run('planned', ['--dry-run', ...ground.moving('project-004', 'planned')]);
  await ground.run('backed up', ['--backup-only', ...ground.project('project-004', 'saved')]);
  const backups = await readdir(ground.folder('backups'));
  const backup = backups.find((name) => /^backup_project-004_\d+$/.test(name)) ?? '';
  const into = (target: string): readonly string[] => [
    `--restore=${backup}`,
    `--database=${place.target(target)}`,
  ];
  await ground.run('put back', into('again'));
  const manifest = ground.folder(`backups/${backup}/metadata.json`);
  // What cannot be parsed is quoted by the parser.
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(':', `: ${row}`));
  await ground.run('damaged', into('damaged'));
}

/** With a worker of their own: a password that is wrong, and a local Temporal with its keeper. */
async function failToReach(ground: Ground, secret: string): Promise<void> {
  const { place } = ground;
  const wrong = { MOVEOUT_SOURCE_URL: urlWith(place, `${secret}wrong`) };
  await ground.plan('locked out', ['--backup-dir=backups'], ground.with(wrong));
  await ground.plan('alone', [], {
    MOVEOUT_SOURCE_URL: urlWith(place, secret),
    MOVEOUT_STATE_DIR: ground.folder('state'),
    MOVEOUT_LOG_LEVEL: 'TRACE',
  });
}
