import type { Plan } from '../../workflows/domain/plan';
import { execute } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';

/** A testbed for the tests of one block, and a project of it. */
export interface Opened {
  readonly bed: Testbed;
  readonly project: TestProject;
  /** The plan of the project's migration. */
  readonly plan: () => Promise<Plan>;
}

/**
 * Opens a testbed before the tests of the block that calls this, changes its source by `source`, and
 * closes it after them. The project is one for all tests, or another one for each.
 */
export function useTestbed(
  options: { readonly source?: string; readonly project?: 'one' | 'another for each' } = {},
): Opened {
  const opened: { bed?: Testbed; project?: TestProject } = {};
  const bedOf = (): Testbed => there(opened.bed);
  const next = (): void => {
    opened.project = bedOf().nextProject();
  };
  beforeAll(async () => {
    opened.bed = await openTestbed();
    if (options.source !== undefined) await execute(opened.bed.source, options.source);
    next();
  });
  if (options.project === 'another for each') beforeEach(next);
  afterAll(() => opened.bed?.close());
  return {
    get bed() {
      return bedOf();
    },
    get project() {
      return there(opened.project);
    },
    plan: () => planOf(bedOf(), there(opened.project)),
  };
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the testbed is open only while the tests run');
  return value;
}
