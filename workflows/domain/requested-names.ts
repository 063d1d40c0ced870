import { DATABASE_NAME, PROJECT_REF } from './names';
import type { ProjectIdentity } from './request';

/** What a request says of its project, as far as it is well formed. */
export interface RequestedNames {
  /** Absent without a ref. */
  readonly project?: Pick<ProjectIdentity, 'projectRef'> & Partial<ProjectIdentity>;
  readonly connections: { readonly source?: string; readonly target?: string };
}

const CONNECTION = /^[a-z][a-z0-9_-]{0,62}$/;
const BACKUP_OF = /^backup_(.+)_\d+(?:_target)?$/;
const OWNER = /^\P{Cc}{1,255}$/u;

/** The project whose backup an id names. */
function refOf(backupId: unknown): string | undefined {
  return typeof backupId === 'string' ? BACKUP_OF.exec(backupId)?.[1] : undefined;
}

/**
 * The names in the input of a run whose plan could not be made. They are listed with the run, so that it is
 * tried again as it was asked for.
 */
export function requestedNames(input: unknown): RequestedNames {
  const fields = new Map<string, unknown>(
    typeof input === 'object' && input !== null ? Object.entries(input) : [],
  );
  const named = (field: keyof ProjectIdentity | 'source' | 'target', pattern: RegExp) => {
    const value = fields.get(field);
    const isWell = typeof value === 'string' && pattern.test(value);
    return isWell ? { [field]: value } : {};
  };
  const projectRef = fields.get('projectRef') ?? refOf(fields.get('backupId'));
  if (typeof projectRef !== 'string' || !PROJECT_REF.test(projectRef)) return { connections: {} };
  return {
    project: {
      projectRef,
      ...named('databaseName', DATABASE_NAME),
      ...named('ownerUserId', OWNER),
    },
    connections: { ...named('source', CONNECTION), ...named('target', CONNECTION) },
  };
}
