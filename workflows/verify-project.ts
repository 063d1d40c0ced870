import { planningAtHost } from './activity-options';
import { truncate } from './run/current-details';
import type { Job } from './domain/job';
import type { Report } from './domain/report';
import { different } from './run/outcomes';
import { requestOf } from './run/request';
import { verifyRequestSchema } from './domain/request';
import { MigrationSteps } from './migration-steps';
import { Run } from './run/run';

/** Compares a project's database with its backup and with the source. Writes nothing. */
export async function verifyProject(input?: unknown): Promise<Report> {
  const run = new Run(['planMigration', 'verifyProject']);
  const request = requestOf(run, verifyRequestSchema, input);
  const steps = new MigrationSteps(run);

  const plan = await steps.plan(
    () =>
      planningAtHost('find backup, target and source', request.host, (activities) =>
        activities.planVerification(request),
      ),
    (found) => ({ tables: [], note: `compare with ${found.backupId}` }),
  );
  const { project, backupId, extent, target, source, sources } = plan;
  const { onDrift, timing, host, jobs } = plan;
  const targetBefore = { kind: 'absent' } as const;
  const named = { project, backupId, extent, target, targetBefore };
  const job: Job = { ...named, sources, source, onDrift, timing, host, jobs };
  const evidence = await steps.refusing(() => steps.compare(job));
  const { tables, drift, differences } = evidence;
  const drifted =
    onDrift === 'fail' ? drift.map(({ table }) => `${table} changed in the source`) : [];
  const found = [...differences, ...drifted];
  if (found.length > 0) {
    const problems = found.map((message) => ({ code: 'difference', message }));
    throw different(run, { tables, drift, problems }, truncate(found));
  }
  run.ended('verified');
  return run.report('verified', { tables, drift });
}
