import { execute, query, urlOf } from '../support/harness/databases';
import type { Ending } from '../support/harness/ending';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import type { Plan } from '../../workflows/domain/plan';
import { makeImage, SUPERUSER, useImageServer } from './image';
import { settle } from './offered';
import { OPERATORS } from './operators';
import { differences, missingSettings, prepare, type Prepared } from './targets';

/** Nothing that gives a superuser's power, and nothing to a role that others act as. */
const UNSAFE =
  /SUPERUSER|CREATEROLE|GRANT "?(supabase_admin|postgres)|TO (anon|authenticated|service_role|PUBLIC)/;

/** What stands in the values of the source's settings. */
const SECRET = /image-secret/;

describe('a database made by the image', () => {
  let stop: () => Promise<void>;
  let bed: Testbed;
  beforeAll(async () => {
    stop = await useImageServer();
    bed = await openTestbed();
    await makeImage(bed.source);
    for (const { made } of OPERATORS)
      for (const statement of made) await execute(bed.source, statement);
  });
  afterAll(async () => {
    await bed.close();
    await stop();
  });

  const act = (name: string): void => {
    bed.configured.urls = { shared: urlOf(bed.source, name), projects: urlOf('postgres', name) };
  };

  it.each<Prepared>(['new', 'empty', 'equal'])(
    'is moved into a database that is %s by the superuser, who is asked for nothing',
    async (how) => {
      const project = bed.nextProject();
      await prepare(how, { source: bed.source, database: project.databaseName, owner: SUPERUSER });
      act(SUPERUSER);
      const { plan, run } = await settle(bed, project);
      expect({ problems: plan.problems, run, unreached: plan.unreached }).toEqual({
        ...{ problems: [], run: [], unreached: undefined },
      });
      const ending = await bed.run('migrateProject', project);
      expect(ending.report?.outcome).toBe('migrated');
      expect(await differences(bed.source, project.databaseName)).toEqual([]);
      await expectSettings(project.databaseName, { plan, ending });
      if (how === 'new') {
        expect(await missingSettings(bed.source, project.databaseName)).toEqual([]);
      }
    },
  );

  it.each([
    // The image's own operator, who is no superuser and a member of no role that owns the schemas.
    ...(['new', 'empty', 'equal'] as const).map((into) => ({ name: 'postgres', into })),
    ...OPERATORS,
  ])(
    'is moved into a database that is $into by $name, once the statements of the plan were run',
    async ({ name, into, ...operator }) => {
      const project = bed.nextProject();
      const owner = 'ownsTarget' in operator ? name : SUPERUSER;
      await prepare(into, { source: bed.source, database: project.databaseName, owner });
      act(name);
      const { plan, run } = await settle(bed, project);
      expect(plan.problems).toEqual([]);
      expect(run.join('\n')).not.toMatch(UNSAFE);
      expect(run.some((text) => text.includes('CREATEDB'))).toBe(
        into === 'new' && ['nobody'].includes(name),
      );
      const ending = await bed.run('migrateProject', project);
      expect(ending.message).toBe('');
      expect(ending.report?.outcome).toBe('migrated');
      await runLeftToSuperuser(project.databaseName, ending);
      expect(await differences(bed.source, project.databaseName)).toEqual([]);
      await expectSettings(project.databaseName, { plan, ending });
      expect(await powerOf(name)).toEqual({ superuser: false, member: false });
    },
  );

  it('is verified again before and after what was left to a superuser was run', async () => {
    const project = bed.nextProject();
    const { projectRef, databaseName } = project;
    act('postgres');
    await settle(bed, project);
    const moved = await bed.run('migrateProject', project);
    const verified = async (): Promise<readonly string[]> => {
      const { report } = await bed.run('verifyProject', { projectRef, databaseName });
      expect(report).toMatchObject({ outcome: 'verified', problems: [] });
      return (report?.warnings ?? []).map(({ code }) => code);
    };
    expect(await verified()).toEqual(
      expect.arrayContaining(['left-to-superuser', 'setting-left-out']),
    );
    await runLeftToSuperuser(databaseName, moved);
    expect(await verified()).not.toContain('left-to-superuser');
    for (const { statement } of await missingSettings(bed.source, databaseName))
      await execute(databaseName, statement);
    expect(await verified()).not.toContain('setting-left-out');
    await execute(
      databaseName,
      `ALTER DATABASE ${databaseName} SET log_min_duration_statement = 1`,
    );
    const changed = await bed.run('verifyProject', { projectRef, databaseName });
    expect(changed.report?.outcome).toBe('different');
  });

  it.each(['authenticator', 'supabase_auth_admin'])(
    'offers no right to %s, which a service signs in with',
    async (name) => {
      act(name);
      const { problems } = await planOf(bed, bed.nextProject());
      const text = problems.map(({ message }) => message).join('\n');
      expect(text).not.toMatch(/GRANT|ALTER ROLE/);
      expect(text).toContain(`no right is offered to "${name}"`);
    },
  );

  /** Every setting of the source's database arrived or is named as a next step, and no secret is said. */
  async function expectSettings(database: string, said: Said): Promise<void> {
    const missing = await missingSettings(bed.source, database);
    const steps = said.ending.report?.nextSteps ?? [];
    const statements = steps.map((step) => ('statement' in step ? step.statement : '')).join('\n');
    for (const { name } of missing) expect(statements).toContain(name);
    expect(JSON.stringify(said)).not.toMatch(SECRET);
  }
});

interface Said {
  readonly plan: Plan;
  readonly ending: Ending;
}

async function runLeftToSuperuser(database: string, { report }: Ending): Promise<void> {
  for (const step of report?.nextSteps ?? [])
    if (step.reason.startsWith('To be run by a superuser in') && 'statement' in step)
      await execute(database, step.statement);
}

async function powerOf(role: string): Promise<object | undefined> {
  const [power] = await query(
    'postgres',
    `SELECT rolsuper AS superuser, pg_has_role(oid, '${SUPERUSER}'::regrole, 'MEMBER') AS member
       FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  return power;
}
