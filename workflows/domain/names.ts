/** The task queue that workers poll and the Temporal CLI names unless configured otherwise. */
export const TASK_QUEUE = 'moveout';

/** The task queue that an environment names; a variable that is set to nothing says nothing. */
export function taskQueueIn(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['MOVEOUT_TASK_QUEUE'] ?? '';
  return named === '' ? TASK_QUEUE : named;
}

/** What a `projectRef` may be; it becomes part of workflow ids, folder names and SQL literals. */
export const PROJECT_REF = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What a target's `databaseName` may be: an identifier that PostgreSQL takes without quotes. */
export const DATABASE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** What a `backupId` is: the folder's own name, never a path. */
export const BACKUP_ID = /^backup_[a-z0-9][a-z0-9_-]{0,62}_[0-9]{1,16}(?:_target)?$/;

/** What the id of a host is; it becomes part of a task queue's name. */
export const HOST_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/;

/** The task queue that only workers of one host serve: of those that have its backup directory. */
export function hostQueueOf(taskQueue: string, host: string): string {
  return `${taskQueue}@${host}`;
}

/** The host that a task queue is named after; `undefined` for the common one. */
export function hostOfQueue(taskQueue: string): string | undefined {
  const at = taskQueue.lastIndexOf('@');
  return at < 0 ? undefined : taskQueue.slice(at + 1);
}

/** What a `fleetId` is: the folder's own name, never a path. */
export const FLEET_ID = /^fleet_[0-9]{1,16}_[0-9a-f]{8}$/;

/** Databases that are never a target, whatever they hold. */
export const RESERVED_DATABASES: readonly string[] = ['template0', 'template1'];

/** The database that every server is made with. */
export const MAINTENANCE_DATABASE = 'postgres';

/** The value stock Auth looks for in every `instance_id` (supabase/auth, `internal/models`). */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** The schemas a project's rows live in. */
export const PROJECT_SCHEMAS = ['auth', 'storage'] as const;

/** The kinds of work a request can ask for, each a workflow type of its own. */
export const WORKFLOW_TYPES = [
  'migrateProject',
  'backupProject',
  'restoreProject',
  'verifyProject',
  'migrateAll',
  'planProject',
  'planRestore',
  'reconcile',
] as const;

export type WorkflowType = (typeof WORKFLOW_TYPES)[number];

/** The workflow id under which Temporal lets one run of this project exist at a time. */
export function migrationWorkflowId(projectRef: string): string {
  return `migrate-project/${projectRef}`;
}

/** The folder name of a backup: `backup_<projectRef>_<epoch millis>`, with `_target` for a target's own rows. */
export function backupIdOf(projectRef: string, millis: number, kind: 'project' | 'target'): string {
  return `backup_${projectRef}_${String(millis)}${kind === 'target' ? '_target' : ''}`;
}

/** The project whose backup an id names. */
export function refOfBackup(backupId: string): string | undefined {
  return /^backup_(.+)_\d+(?:_target)?$/.exec(backupId)?.[1];
}

/** The name of a fleet and of its folder: when it began, and the run that it began with. */
export function fleetIdOf(millis: number, firstRunId: string): string {
  return `fleet_${String(millis)}_${firstRunId.replace(/[^0-9a-f]/g, '').slice(0, 8)}`;
}
