import { execute } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import type { TestProject, Testbed } from '../support/harness/testbed';
import type { Plan, Problem } from '../../workflows/domain/plan';

/** A statement that a plan offers, and the database that the plan says it is for. */
interface Offered {
  readonly database: string;
  readonly statement: string;
}

/** More rounds than any plan should need: it says everything at once, as far as it can see. */
const ROUNDS = 3;

/**
 * Plans, runs the statements that the problems offer, exactly as they are printed, as a superuser, and plans
 * again, until no statement is offered any more. Gives the last plan and all that was run.
 */
export async function settle(
  bed: Testbed,
  input: TestProject & { readonly replace?: boolean },
): Promise<{ readonly plan: Plan; readonly run: readonly string[] }> {
  const run: string[] = [];
  for (let round = 1; ; round += 1) {
    const plan = await planOf(bed, input);
    const offered = plan.problems.flatMap((problem) => offeredIn(problem, bed.source, input));
    if (offered.length === 0) return { plan, run };
    if (round > ROUNDS) throw new Error(`still offered: ${JSON.stringify(plan.problems)}`);
    for (const { database, statement } of offered) {
      await execute(database, statement);
      run.push(statement);
    }
  }
}

/** The statements that a problem offers, as they are printed, and where they are for. */
export function offeredIn(
  { message }: Problem,
  source: string,
  { databaseName }: TestProject,
): readonly Offered[] {
  const [first, target] = message.startsWith('in the source')
    ? [source, source]
    : [message.startsWith('in the target') ? databaseName : 'postgres', databaseName];
  const [outside = '', inside = ''] = message.split(/then in database "[^"]+": /);
  const from = (text: string, database: string): readonly Offered[] =>
    statementsIn(text).map((statement) => ({ database, statement }));
  return [...from(outside, first), ...from(inside, target)];
}

/** Statements end with a semicolon and begin with a word in capitals behind a colon or another statement. */
function statementsIn(text: string): readonly string[] {
  const found =
    text.match(/(?<=[:;] |run |^)(?:ALTER|CREATE|DROP|GRANT|REINDEX|REVOKE|SELECT) [^;]*;/g) ?? [];
  return found.map((statement) => statement.slice(0, -1));
}
