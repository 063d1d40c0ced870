import {
  makeSource,
  PROJECTS,
  sourceStatements,
  type SmallProject,
} from '../../studio/many-projects';
import { rowsAt } from '../ground/statements-at';
import { SOURCE_DATABASE, type KeptSource } from '../source/kept-cluster';
import { shortHash } from '../source/source-spec';

const PREFIX = 'p';

/** A source of many small projects of equal size. */
export function fleetSource(projects: number): KeptSource {
  const hash = shortHash(sourceStatements(projects, PREFIX));
  const fill = (url: string): Promise<void> => makeSource(url, projects, PREFIX);
  return { key: `projects-${projects}-${hash}`, databases: [{ name: SOURCE_DATABASE, fill }] };
}

/** The projects of such a source, in the order of their names. */
export function listProjects(url: string): Promise<readonly SmallProject[]> {
  return rowsAt<SmallProject>(url, `${PROJECTS} ORDER BY ref`);
}
