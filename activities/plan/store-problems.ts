import type { Problem } from '../../workflows/domain/plan';
import type { BackupStore } from '../backup/store';

/** Tells whether backups can be written where the configuration says. */
export async function storeProblems(store: BackupStore): Promise<readonly Problem[]> {
  try {
    await store.assertWritable();
    return [];
  } catch (error) {
    return [
      { code: 'backup-directory', message: error instanceof Error ? error.message : String(error) },
    ];
  }
}
