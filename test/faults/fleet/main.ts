import { parseArgs } from 'node:util';
import { runProgram } from '../report/program';
import { openFleetGround } from './ground';
import { storm } from './storm';

/** Moves a fleet of which a twentieth is broken, through a storm, and says what was not as it has to be. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { projects: { type: 'string', default: '1000' } } });
  const projects = Number(values.projects);
  const ground = await openFleetGround(projects);
  try {
    const { moved, broken, minutes, problems } = await storm(ground, Math.ceil(projects / 20));
    for (const problem of problems) process.stdout.write(`FAIL ${problem}\n`);
    process.stdout.write(
      `${moved} projects, ${broken} of them broken in five ways; two workers, one killed; Temporal killed ` +
        `and started again; ${problems.length} problems; ${minutes.toFixed(1)} minutes\n`,
    );
    return problems.length === 0;
  } finally {
    await ground.close();
  }
}

runProgram(main);
