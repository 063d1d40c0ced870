import { z } from 'zod';
import { issueWords, valueAt } from '../../workflows/domain/issue-words';
import { projectSchema, type Project, type ProjectIdentity } from '../../workflows/domain/request';
import type { Problem } from '../../workflows/domain/plan';
import { failure } from '../runtime/failure';
import { queryRelated, readRows } from '../postgres/configured-query';
import type { Connections } from '../postgres/session/connections';
import type { Settings } from '../../workflows/domain/settings';

/** The studio's projects as configured; `undefined` if no list and no query is. */
export async function configuredProjects(
  connections: Connections,
  settings: Settings,
): Promise<readonly Project[] | undefined> {
  const { projects } = settings;
  if (projects === undefined) return undefined;
  if ('list' in projects) return projects.list;
  const rows = await connections.with({ connection: settings.source, access: 'read' }, (client) =>
    readRows(client, projects.query),
  );
  return parseProjects(rows);
}

/**
 * Those of the configured projects that have to do with one: of its name, into its database, or with a
 * name that begins with its own and so could claim its buckets. In a fleet all of them were read once.
 */
export async function relatedProjects(
  connections: Connections,
  settings: Settings,
  { projectRef, databaseName }: RequestedProject,
): Promise<readonly Project[] | undefined> {
  const { projects } = settings;
  if (projects === undefined) return undefined;
  if ('list' in projects)
    return projects.list.filter(
      ({ ref, database }) => ref.startsWith(projectRef) || database === databaseName,
    );
  const found = await connections.with({ connection: settings.source, access: 'read' }, (client) =>
    queryRelated(client, projects.query, { projectRef, databaseName }),
  );
  return parseProjects(found);
}

function parseProjects(rows: readonly Readonly<Record<string, unknown>>[]): readonly Project[] {
  const found = rows.map(withoutNulls);
  const parsed = z.array(projectSchema).safeParse(found);
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues.slice(0, 1).map((issue) => rowWords(issue, found));
  throw failure(
    'ConfigInvalid',
    `projects.query: ${words.join()}; it must yield ref, database and owner, and may yield source and target`,
  );
}

/** Rows are counted from 1. */
function rowWords(issue: z.core.$ZodIssue, rows: readonly unknown[]): string {
  const row = `row ${Number(issue.path[0]) + 1}`;
  if (issue.code === 'unrecognized_keys')
    return `${row} has the column ${issue.keys.map((key) => `"${key}"`).join(', ')}, which is unknown`;
  const value = valueAt(rows, issue.path);
  const field = `${row}: "${String(issue.path[1] ?? '')}"`;
  return value === undefined ? `${field} is missing` : `${field} ${issueWords(issue, value)}`;
}

/** What a request says of its project; what it leaves out is looked up. */
export interface RequestedProject {
  readonly projectRef: string;
  readonly databaseName?: string | undefined;
  readonly ownerUserId?: string | undefined;
}

/** Resolves target and owner of a project from the request, else from the configuration. */
export function resolveRequest(
  requested: RequestedProject,
  configured: readonly Project[] | undefined,
): ProjectIdentity {
  const known = configured?.find((project) => project.ref === requested.projectRef);
  const databaseName = requested.databaseName ?? known?.database;
  if (databaseName === undefined) {
    throw failure(
      'InvalidInput',
      `"databaseName" is missing (--database on the command line), and no project "${requested.projectRef}" is configured`,
    );
  }
  return {
    projectRef: requested.projectRef,
    databaseName,
    ownerUserId: requested.ownerUserId ?? known?.owner,
  };
}

/**
 * What is wrong with the configured projects as far as this one is concerned; `onItsServer` tells which
 * of them have the same target server.
 */
export function projectProblems(
  project: ProjectIdentity,
  configured: readonly Project[] | undefined,
  onItsServer: (other: Project) => boolean,
): readonly Problem[] {
  if (configured === undefined) return [];
  const same = configured.filter((other) => other.ref === project.projectRef);
  const sharing = configured.filter(
    (other) =>
      other.database === project.databaseName &&
      other.ref !== project.projectRef &&
      onItsServer(other),
  );
  const problems: Problem[] = [];
  if (same.length === 0) {
    problems.push({
      code: 'no-such-project',
      message: `no configured project has the ref "${project.projectRef}"`,
    });
  }
  if (same.length > 1) {
    problems.push({
      code: 'tie',
      message: `${String(same.length)} configured projects have the ref "${project.projectRef}": a bucket cannot belong to both`,
    });
  }
  for (const other of sharing) {
    problems.push({
      code: 'shared-database',
      message: `project "${other.ref}" is configured for the same database "${project.databaseName}"`,
    });
  }
  return problems;
}

function withoutNulls(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
