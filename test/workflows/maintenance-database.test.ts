import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { failure } from '../../activities/runtime/failure';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { createDatabase, execute, exists, query, urlOf } from '../support/harness/databases';
import { before } from '../support/harness/interventions';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { sessionAt } from '../support/harness/session-at';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { startPostgres } from '../../local/postgres';
import type { Settings } from '../../workflows/domain/settings';
import { settle } from '../image/offered';

const ROLE = 'mover';

/** A step that fails without a retry, after rows have been written. */
const failing = before('migrateStorage', () => {
  throw failure('DataRejected', 'failed on purpose');
});

describe('the database for maintenance', () => {
  let bed: Testbed;
  let stopServer: () => Promise<void>;
  let admin: string;
  beforeAll(async () => {
    stopServer = await useOwnServer();
    bed = await openTestbed();
    admin = await createDatabase('admin');
    await execute('postgres', `CREATE ROLE ${ROLE} SUPERUSER LOGIN PASSWORD '${ROLE}'`);
  });
  afterAll(async () => {
    await bed.close();
    await stopServer();
  });

  async function expectMoved(database: string, ref: string): Promise<void> {
    expect(await actualRows(database)).toEqual(await expectedRows(bed.source, ref));
  }

  it.each(['postgres', 'the one that is configured'])(
    'can be a target, %s, and is as it was when the move fails',
    async (which) => {
      const databaseName = which === 'postgres' ? which : admin;
      const { settings } = bed.configured;
      const facts = { from: 'SOMEWHERE', maintenanceDatabase: databaseName };
      bed.configured.settings = { ...settings, connections: { projects: facts } };
      try {
        const project = { ...bed.nextProject(), databaseName };
        const { problems } = await planOf(bed, project);
        expect(problems.map(({ code }) => code)).toEqual(['target-is-for-maintenance']);
        const failed = await bed.run('migrateProject', { ...project, replace: true }, failing);
        expect(failed.report?.outcome).toBe('restored');
        const parts = await query(
          databaseName,
          `SELECT FROM pg_namespace WHERE nspname IN ('auth', 'storage', 'moveout')`,
        );
        expect(parts).toEqual([]);
        const moved = await bed.run('migrateProject', { ...project, replace: true });
        expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
        await expectMoved(databaseName, project.projectRef);
      } finally {
        bed.configured.settings = settings;
      }
    },
  );

  it('is no target where it is a source', async () => {
    const { urls } = bed.configured;
    bed.configured.urls = { ...urls, shared: urlOf('postgres') };
    const project = { ...bed.nextProject(), databaseName: 'postgres', replace: true };
    const { problems } = await planOf(bed, project);
    bed.configured.urls = urls;
    expect(problems.map(({ code }) => code)).toContain('target-is-source');
  });

  describe('where the role is let into no database but its own', () => {
    beforeAll(async () => {
      const [found] = await query<{ file: string }>('postgres', 'SHOW hba_file', undefined).then(
        (rows) => rows.map((row) => ({ file: Object.values(row).join('') })),
      );
      const file = found?.file ?? '';
      const rules = await readFile(file, 'utf8');
      await writeFile(file, `host postgres,template1 ${ROLE} all reject\n${rules}`);
      await execute('postgres', 'SELECT pg_reload_conf()');
      expect(path.basename(file)).toBe('pg_hba.conf');
    });

    it('is the database of the URL, to create a database from and to take it away again', async () => {
      bed.configured.urls = {
        shared: urlOf(bed.source, ROLE),
        projects: urlOf(admin, ROLE),
      };
      const project = bed.nextProject();
      const failed = await bed.run('migrateProject', project, failing);
      expect(failed.report?.outcome).toBe('restored');
      expect(await exists(project.databaseName)).toBe(false);
      const moved = await bed.run('migrateProject', project);
      expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
      await expectMoved(project.databaseName, project.projectRef);
    });

    it('has to be named where there is none, and the message says so', async () => {
      const { settings } = bed.configured;
      const project = bed.nextProject();
      bed.configured.urls = {
        shared: urlOf(bed.source, ROLE),
        projects: urlOf('nowhere', ROLE),
      };
      const refused = await bed.run('migrateProject', project);
      expect(refused.report?.outcome).toBe('refused');
      expect(refused.message).toContain('connections.projects.maintenanceDatabase');
      expect(refused.message).toContain('"postgres"');
      const facts = { from: 'SOMEWHERE', maintenanceDatabase: admin };
      bed.configured.settings = { ...settings, connections: { projects: facts } };
      const moved = await bed.run('migrateProject', project);
      bed.configured.settings = settings;
      expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
    });
  });

  describe('where the role is not let into it', () => {
    const CARRIER = 'carrier';
    const [REVOKED, OPEN] = [
      'REVOKE CONNECT ON DATABASE % FROM PUBLIC',
      'GRANT CONNECT ON DATABASE % TO PUBLIC',
    ];
    const DISALLOWED = 'ALTER DATABASE % ALLOW_CONNECTIONS false';
    const ALLOWED = 'ALTER DATABASE % ALLOW_CONNECTIONS true';
    // From the database that none of them is about.
    const change = (statement: string, name: string): Promise<void> =>
      execute(admin, statement.replace('%', name));
    const goTo = (database: string): void => {
      const projects = urlOf(database, CARRIER);
      bed.configured.urls = { shared: urlOf(bed.source, ROLE), projects };
    };
    let settings: Settings;
    beforeAll(async () => {
      ({ settings } = bed.configured);
      const facts = { from: 'SOMEWHERE', maintenanceDatabase: admin };
      bed.configured.settings = { ...settings, connections: { shared: facts } };
      await execute(
        'postgres',
        `CREATE ROLE ${CARRIER} LOGIN CREATEDB BYPASSRLS PASSWORD '${CARRIER}'`,
      );
      goTo('postgres');
      await settle(bed, bed.nextProject());
    });
    afterAll(() => {
      bed.configured.settings = settings;
    });
    afterEach(async () => {
      for (const name of ['postgres', 'template1']) {
        await change(ALLOWED, name);
        await change(OPEN, name);
      }
    });

    it.each([
      { statement: REVOKED, from: 'the database of the URL', shut: ['postgres', 'template1'] },
      { statement: REVOKED, from: 'template1', shut: ['postgres'] },
      { statement: DISALLOWED, from: 'the database of the URL', shut: ['postgres', 'template1'] },
    ])('it is $from after $statement', async ({ statement, from, shut }) => {
      for (const name of shut) await change(statement, name);
      goTo(from === 'template1' ? 'postgres' : admin);
      const project = bed.nextProject();
      expect((await planOf(bed, project)).problems).toEqual([]);
      const failed = await bed.run('migrateProject', project, failing);
      expect([failed.report?.outcome]).toEqual(['restored']);
      const left = 'SELECT FROM pg_database WHERE datname = $1';
      expect(await query(admin, left, [project.databaseName])).toEqual([]);
      const moved = await bed.run('migrateProject', project);
      expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
      await expectMoved(project.databaseName, project.projectRef);
    });

    it('nor into another, and the message has the statement that lets it in', async () => {
      for (const name of ['postgres', 'template1']) await change(REVOKED, name);
      goTo('postgres');
      const project = bed.nextProject();
      const { report, message } = await bed.run('migrateProject', project);
      expect(report?.outcome).toBe('refused');
      expect(message).toContain('permission denied for database "postgres"');
      expect(message).toContain('connections.projects.maintenanceDatabase');
      const statement = /GRANT [^;]*;/.exec(message)?.[0] ?? '';
      expect(statement).toBe(`GRANT CONNECT ON DATABASE "postgres" TO "${CARRIER}";`);
      await execute(admin, statement);
      const moved = await bed.run('migrateProject', project);
      expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
    });
  });

  it('may be missing: a project goes into a new database called postgres, or leaves none', async () => {
    const server = await startPostgres();
    const at = (database: string): string =>
      Object.assign(new URL(server.url), { pathname: `/${database}` }).href;
    const { settings, urls } = bed.configured;
    try {
      await sessionAt(server.url, (client) => client.query('CREATE DATABASE hall'));
      await sessionAt(at('hall'), (client) => client.query('DROP DATABASE postgres'));
      bed.configured.urls = { shared: urlOf(bed.source), projects: at('hall') };
      bed.configured.settings = { ...settings, createRoles: true };
      const project = { ...bed.nextProject(), databaseName: 'postgres' };
      const failed = await bed.run('migrateProject', project, failing);
      expect([failed.report?.outcome]).toEqual(['restored']);
      const names = await sessionAt(at('hall'), (client) =>
        client.query(`SELECT FROM pg_database WHERE datname = 'postgres'`),
      );
      expect(names.rowCount).toBe(0);
      const moved = await bed.run('migrateProject', project);
      expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
    } finally {
      Object.assign(bed.configured, { settings, urls });
      await server.stop();
    }
  });
});
