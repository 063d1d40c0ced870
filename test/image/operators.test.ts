import { execute, query, urlOf } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { makeImage, SUPERUSER, useImageServer } from './image';
import { settle } from './offered';
import { OPERATORS } from './operators';
import { differences, prepare, type Prepared } from './targets';

/** Nothing that gives a superuser's power, and nothing to a role that others act as. */
const UNSAFE =
  /SUPERUSER|CREATEROLE|GRANT "?(supabase_admin|postgres)|TO (anon|authenticated|service_role|PUBLIC)/;

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
      expect((await bed.run('migrateProject', project)).report?.outcome).toBe('migrated');
      expect(await differences(bed.source, project.databaseName)).toEqual([]);
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
      for (const step of ending.report?.nextSteps ?? [])
        if (step.reason.startsWith('To be run by a superuser in') && 'statement' in step)
          await execute(project.databaseName, step.statement);
      expect(await differences(bed.source, project.databaseName)).toEqual([]);
      expect(await powerOf(name)).toEqual({ superuser: false, member: false });
    },
  );

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
});

async function powerOf(role: string): Promise<object | undefined> {
  const [power] = await query(
    'postgres',
    `SELECT rolsuper AS superuser, pg_has_role(oid, '${SUPERUSER}'::regrole, 'MEMBER') AS member
       FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  return power;
}
