import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase, execute, urlOf, withSession } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { offeredIn } from '../image/offered';
import { ELSEWHERE } from './elsewhere';
import { offeredShapes } from './shapes';
import { TRIALS, type Trial } from './trials';
import type { Problem } from '../../workflows/domain/plan';

const ROOT = join(__dirname, '..', '..');

/** A plan that still offers statements after these rounds asks too often. */
const ROUNDS = 4;

describe('statements that a plan offers', () => {
  let stopServer: () => Promise<void>;
  let bed: Testbed;
  beforeAll(async () => {
    stopServer = await useOwnServer();
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    await stopServer();
  });

  it.each(TRIALS)('settle what they are offered for: $name', async (trial: Trial) => {
    const project = bed.nextProject();
    const source = await prepare(bed, trial, project);
    const run: string[] = [];
    const codes = new Set<string>();
    const plan = async (): Promise<readonly Problem[]> =>
      (await planOf(bed, project)).problems.filter(({ code }) => trial.codes.includes(code));
    let found = await plan();
    if (trial.besides !== undefined) await execute(source, trial.besides);
    for (let round = 0; found.length > 0; round += 1) {
      expect(round < ROUNDS ? [] : found).toEqual([]);
      for (const problem of found) {
        codes.add(problem.code);
        const offered = offeredIn(spelledOut(problem), source, project);
        expect([problem.message, offered]).not.toEqual([problem.message, []]);
        for (const { database, statement } of offered) {
          await execute(database, statement);
          run.push(statement);
        }
      }
      found = await plan();
    }
    expect([...codes].sort()).toEqual([...trial.codes].sort());
    const notOffered = trial.offers.filter((shape) => !run.some((text) => fits(text, shape)));
    expect(notOffered).toEqual([]);
  });

  it('are each run in a trial, or in another test that is named', () => {
    const shapes = offeredShapes(ROOT);
    const proved = [...TRIALS.flatMap(({ offers }) => offers), ...Object.keys(ELSEWHERE)];
    expect([...proved].sort()).toEqual(shapes);
    for (const [file, title] of Object.values(ELSEWHERE))
      expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
  });
});

/** Makes the situation of a trial, and gives the source. */
async function prepare(
  bed: Testbed,
  { role, ...trial }: Trial,
  { projectRef, databaseName }: TestProject,
): Promise<string> {
  const source = await createDatabase('trial', bed.source);
  const fill = (statements: readonly string[] = []): readonly string[] =>
    statements.map((sql) =>
      sql
        .replaceAll(':SOURCE', source)
        .replaceAll(':TARGET', databaseName)
        .replaceAll(':REF', projectRef),
    );
  if (role !== undefined)
    await execute('postgres', `CREATE ROLE ${role} LOGIN NOINHERIT PASSWORD '${role}'`);
  await runAll(source, fill(trial.source));
  if (trial.target !== undefined) {
    await execute('postgres', `CREATE DATABASE ${databaseName} TEMPLATE template0`);
    await runAll(databaseName, fill(trial.target));
  }
  await runAll('postgres', fill(trial.server));
  bed.configured.urls = { shared: urlOf(source, role), projects: urlOf('postgres', role) };
  return source;
}

/** Most findings are about the source without saying so, and end without the semicolon of their statement. */
function spelledOut(problem: Problem): Problem {
  const isOfTarget = /^(in the|on the) target/.test(problem.message);
  return isOfTarget ? problem : { ...problem, message: `in the source: ${problem.message};` };
}

async function runAll(database: string, statements: readonly string[]): Promise<void> {
  await withSession(database, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

/** Whether a statement is one of this shape, which begins with its file. */
function fits(statement: string, shape: string): boolean {
  const parts = shape
    .slice(shape.indexOf(': ') + 2)
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(statement);
}
