import { ApplicationFailure } from '@temporalio/common';
import type { Report } from '../../workflows/domain/report';
import { createDatabase, execute, freshName, query, urlOf } from '../support/harness/databases';
import { failing, type Intervene } from '../support/harness/interventions';
import { planOf } from '../support/harness/plan-of';
import { sessionAt } from '../support/harness/session-at';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const client = freshName('client');
let bed: Testbed;
beforeAll(async () => {
  bed = await openTestbed();
  await execute('postgres', `CREATE ROLE ${client} LOGIN PASSWORD '${client}'`);
  await execute(
    bed.source,
    `REVOKE CONNECT ON DATABASE ${bed.source} FROM PUBLIC;
     GRANT CONNECT ON DATABASE ${bed.source} TO ${client} WITH GRANT OPTION`,
  );
});
afterAll(async () => {
  await bed.close();
  await execute('postgres', `DROP OWNED BY ${client}; DROP ROLE ${client}`);
});

/** Who has rights on a database, beside its owner. */
async function rightsOn(database: string): Promise<readonly string[]> {
  const rows = await query<{ line: string }>(
    'postgres',
    `SELECT concat_ws(' ', coalesce(r.rolname, 'PUBLIC'), e.privilege_type, e.is_grantable) AS line
       FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) e
       LEFT JOIN pg_roles r ON r.oid = e.grantee
      WHERE d.datname = $1 AND e.grantee <> d.datdba ORDER BY 1`,
    [database],
  );
  return rows.map(({ line }) => line);
}

async function connects(database: string): Promise<boolean> {
  try {
    await sessionAt(urlOf(database, client), (session) => session.query('SELECT 1'));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: '42501' });
    return false;
  }
}

/** Tries to connect as a client before and after every step that comes once the target is claimed. */
function watching(database: string, tried: string[]): Intervene {
  const look = async (when: string): Promise<void> => {
    if (await connects(database)) tried.push(when);
  };
  return async (name, real) => {
    const isClaimed = ['migrateAuth', 'migrateStorage', 'finishSchema', 'verifyProject'].includes(
      name,
    );
    if (isClaimed) await look(`before ${name}`);
    const result = await real();
    if (isClaimed || name === 'initSchema') await look(`after ${name}`);
    return result;
  };
}

const outcomeOf = (report: Report | undefined): string | undefined => report?.outcome;
const OPEN = ['after verifyProject'];

describe('a new database', () => {
  it('lets nobody in until it is verified, and then whoever the source lets in', async () => {
    const project = bed.nextProject();
    const tried: string[] = [];
    const ending = await bed.run('migrateProject', project, watching(project.databaseName, tried));
    expect(ending.message).toBe('');
    expect(tried).toEqual(OPEN);
    expect(await rightsOn(project.databaseName)).toEqual(await rightsOn(bed.source));
    expect((await bed.run('verifyProject', project)).report?.outcome).toBe('verified');
  });

  it('stays open if the answer of the step that opened it is lost', async () => {
    const project = bed.nextProject();
    let isLost = false;
    const ending = await bed.run('migrateProject', project, async (name, real) => {
      const result = await real();
      if (name !== 'verifyProject' || isLost) return result;
      isLost = true;
      throw ApplicationFailure.retryable('the answer was lost', 'ServerUnavailable');
    });
    expect(outcomeOf(ending.report)).toBe('migrated');
    expect(await connects(project.databaseName)).toBe(true);
  });

  it('that was opened before it was verified is not called equal', async () => {
    const project = bed.nextProject();
    const ending = await bed.run('migrateProject', project, async (name, real) => {
      if (name === 'verifyProject')
        await execute('postgres', `GRANT CONNECT ON DATABASE ${project.databaseName} TO PUBLIC`);
      return real();
    });
    expect(outcomeOf(ending.report)).toBe('restored');
    expect(ending.message).toContain('grant is extra: GRANT CONNECT');
  });

  it('that a run left unfinished opens when another one has restored and moved it', async () => {
    const project = bed.nextProject();
    await terminatedIn(project);
    expect(await connects(project.databaseName)).toBe(false);
    const ending = await bed.run('migrateProject', { ...project, replace: true });
    expect(ending.message).toBe('');
    expect(await connects(project.databaseName)).toBe(true);
  });
});

/** A run that is terminated between two steps. */
async function terminatedIn(project: object): Promise<void> {
  const handle = await bed.start('migrateProject', [project], async (name, real) => {
    if (name !== 'migrateStorage') return real();
    await handle.terminate();
    throw ApplicationFailure.nonRetryable('the run is over', 'Cancelled');
  });
  await handle.result().catch(() => undefined);
}

describe('a target that stood before', () => {
  /** A database that everybody may connect to, and one role may pass that on. */
  async function standing(template = 'template0'): Promise<string> {
    const database = await createDatabase('standing', template);
    await execute(database, 'DROP SCHEMA IF EXISTS public CASCADE');
    await execute(
      'postgres',
      `GRANT CONNECT ON DATABASE ${database} TO ${client} WITH GRANT OPTION`,
    );
    return database;
  }

  it.each(['template0', 'source'])(
    'is closed meanwhile and opened again as it was (%s)',
    async (of) => {
      const databaseName = await standing(of === 'source' ? bed.source : of);
      const before = await rightsOn(databaseName);
      const tried: string[] = [];
      const input = { ...bed.nextProject(), databaseName, replace: true };
      const ending = await bed.run('migrateProject', input, watching(databaseName, tried));
      expect(ending.message).toBe('');
      expect(tried).toEqual(OPEN);
      expect(await rightsOn(databaseName)).toEqual(before);
    },
  );

  it.each(['template0', 'source'])('has its rights again when it is restored (%s)', async (of) => {
    const databaseName = await standing(of === 'source' ? bed.source : of);
    const before = await rightsOn(databaseName);
    const input = { ...bed.nextProject(), databaseName, replace: true };
    for (const at of ['migrateStorage', 'verifyProject'] as const) {
      const ending = await bed.run('migrateProject', input, failing(at, 'after'));
      expect(outcomeOf(ending.report)).toBe('restored');
      expect(await rightsOn(databaseName)).toEqual(before);
    }
  });

  it('gets back what it had before the first of two runs, one terminated', async () => {
    const databaseName = await standing();
    const before = await rightsOn(databaseName);
    const project = { ...bed.nextProject(), databaseName };
    await terminatedIn(project);
    expect(await rightsOn(databaseName)).not.toContain('PUBLIC CONNECT f');
    const failed = await bed.run(
      'migrateProject',
      { ...project, replace: true },
      failing('migrateAuth', 'after'),
    );
    expect(outcomeOf(failed.report)).toBe('restored');
    expect(await rightsOn(databaseName)).toEqual(before);
    const ending = await bed.run('migrateProject', { ...project, replace: true });
    expect(ending.message).toBe('');
    expect(await rightsOn(databaseName)).toEqual(before);
  });

  it('is named in the plan if it is in use, or not the role’s to close', async () => {
    const databaseName = await standing();
    const owner = freshName('owner');
    const other = freshName('other');
    await execute(
      'postgres',
      `CREATE ROLE ${owner} LOGIN PASSWORD '${owner}'; CREATE ROLE ${other} LOGIN BYPASSRLS PASSWORD '${other}';
       ALTER DATABASE ${databaseName} OWNER TO ${owner}; GRANT CREATE ON DATABASE ${databaseName} TO ${other}`,
    );
    const input = { ...bed.nextProject(), databaseName };
    const plan = await sessionAt(urlOf(databaseName, client), () => planOf(bed, input));
    const [inUse] = plan.warnings.filter(({ code }) => code === 'target-in-use');
    expect(inUse?.message).toContain(`${client} (1 session)`);
    const codes = plan.warnings.map(({ code }) => code);
    expect(codes).not.toContain('target-stays-open');
    bed.configured.urls = { ...bed.configured.urls, projects: urlOf('postgres', other) };
    const asOther = await planOf(bed, input);
    expect(asOther.warnings.map(({ code }) => code)).toContain('target-stays-open');
    bed.configured.urls = { ...bed.configured.urls, projects: urlOf('postgres') };
    await execute('postgres', `ALTER DATABASE ${databaseName} OWNER TO postgres`);
    await execute(
      'postgres',
      `REVOKE ALL ON DATABASE ${databaseName} FROM ${other}; DROP ROLE ${owner}; DROP ROLE ${other}`,
    );
  });
});
