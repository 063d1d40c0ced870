/** Orders ids of backups by the millis in their name, newest first. */
export function newestFirst(a: string, b: string): number {
  return millisOf(b) - millisOf(a);
}

function millisOf(backupId: string): number {
  return Number(/_([0-9]+)(?:_target)?$/.exec(backupId)?.[1] ?? 0);
}
