import { ApplicationFailure } from '@temporalio/common';
import type { Manifest } from '../../workflows/domain/manifest';
import type { Problem } from '../../workflows/domain/plan';
import type { VerifyRequest } from '../../workflows/domain/request';
import type { BackupStore } from '../disk/backup/store';
import { failure } from '../runtime/failure';
import type { Marker } from '../postgres/lease';

/** The target of a verification, and the marker that it carries. */
interface MarkedTarget {
  readonly database: string;
  readonly marker: Marker | undefined;
}

/** The backup to compare a target with, and warnings about that choice. */
export interface ComparedBackup {
  readonly manifest: Manifest;
  readonly warnings: readonly Problem[];
}

/**
 * Finds the backup that a target is compared with: the one that the request names, else the one that was
 * loaded into it by its marker, else the project's newest.
 */
export async function backupToCompare(
  store: BackupStore,
  request: Pick<VerifyRequest, 'projectRef' | 'backupId'>,
  { database, marker }: MarkedTarget,
): Promise<ComparedBackup> {
  const { projectRef, backupId } = request;
  if (backupId !== undefined) {
    return { manifest: await ofProject(store, projectRef, backupId), warnings: [] };
  }
  if (marker === undefined) return newest(store, projectRef, database);
  if (marker.projectRef !== projectRef) {
    throw failure(
      'InvalidInput',
      `database "${database}" holds project "${marker.projectRef}", by its marker, not "${projectRef}"; to compare it with a backup in any case, name that (--backup=ID)`,
    );
  }
  return {
    manifest: await loaded(store, marker, database),
    warnings: unfinished(marker, database),
  };
}

async function ofProject(
  store: BackupStore,
  projectRef: string,
  backupId: string,
): Promise<Manifest> {
  const manifest = await store.manifest(backupId);
  if (manifest.projectRef === projectRef) return manifest;
  throw failure(
    'InvalidInput',
    `backup "${backupId}" is of project "${manifest.projectRef}", not of "${projectRef}"`,
  );
}

async function loaded(store: BackupStore, marker: Marker, database: string): Promise<Manifest> {
  try {
    return await store.manifest(marker.backupId);
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'NotFound') throw error;
    throw failure(
      'NotFound',
      `database "${database}" was loaded from backup "${marker.backupId}", by its marker, and that cannot be compared with: ${error.message}. Put the backup back there, or name another one (--backup=ID)`,
    );
  }
}

async function newest(
  store: BackupStore,
  projectRef: string,
  database: string,
): Promise<ComparedBackup> {
  for (const backupId of await store.list(projectRef)) {
    const manifest = await store.manifest(backupId);
    if (manifest.projectRef !== projectRef || manifest.kind !== 'project') continue;
    return {
      manifest,
      warnings: [
        {
          code: 'no-marker',
          message: `database "${database}" has no marker that says which backup was loaded into it: it was compared with the project's newest, "${backupId}"`,
        },
      ],
    };
  }
  throw failure(
    'NotFound',
    `there is no backup of project "${projectRef}" in ${store.directory} to compare with`,
  );
}

function unfinished(
  { state, workflowId, projectRef }: Marker,
  database: string,
): readonly Problem[] {
  if (state === 'completed') return [];
  const message =
    state === 'abandoned'
      ? `database "${database}" holds a migration (workflow ${workflowId}) whose restore was abandoned`
      : `database "${database}" holds an unfinished migration (workflow ${workflowId}): if its run has ended, restore it with moveout restore-pending ${projectRef}`;
  return [{ code: 'unfinished', message }];
}
