import { stagingName } from '../../activities/postgres/lease';
import { readDatabaseFacts, readSchema } from '../../activities/postgres/schema';
import { readIdentity } from '../../activities/postgres/catalog/databases';
import { Connections } from '../../activities/postgres/session/connections';
import { hasTemplate, reviveTemplate, templateName } from '../../activities/postgres/database';
import { makeTemplate, type WantedTemplate } from '../../activities/target/template';
import { PROJECT_EXTENT } from '../../workflows/domain/extent';
import { exists, query, urlOf } from '../support/harness/databases';
import { openTestbed, type Testbed } from '../support/harness/testbed';

let bed: Testbed;
let wanted: WantedTemplate;
let name: string;
const connections = new Connections((connection) => urlOf(connection), { name: 'template test' });

beforeAll(async () => {
  bed = await openTestbed();
  const databaseRef = { connection: bed.source, access: 'read' } as const;
  const script = await connections.withPool(databaseRef, (pool) =>
    readSchema(pool, PROJECT_EXTENT),
  );
  const { identity, facts } = await connections.with(databaseRef, async (client) => ({
    identity: await readIdentity(client, bed.source),
    facts: await readDatabaseFacts(client),
  }));
  const { preData, postData } = script.statements;
  wanted = {
    ...{ preData, postData, facts, extent: PROJECT_EXTENT, snapshot: script.snapshot },
    server: { ...identity, connection: 'postgres' },
    sources: [identity],
  };
  name = templateName(wanted);
});
beforeEach(async () => {
  await drop(name);
});
afterAll(async () => {
  await drop(name);
  await bed.close();
});

async function drop(database: string): Promise<void> {
  if (!(await exists(database))) return;
  await query('postgres', `ALTER DATABASE ${database} WITH IS_TEMPLATE false`);
  await query('postgres', `DROP DATABASE ${database}`);
}

function isThere(): Promise<boolean> {
  return connections.with({ connection: 'postgres', access: 'read' }, (client) =>
    hasTemplate(client, name),
  );
}

/** Migrates the next project, and tells whether its database was cloned. */
async function migrate(): Promise<{ readonly message: string; readonly isCloned: boolean }> {
  const project = bed.nextProject();
  const { message } = await bed.run('migrateProject', project);
  const [marker] = await query<{ steps: readonly string[] }>(
    project.databaseName,
    'SELECT steps FROM moveout.migration',
  );
  return { message, isCloned: marker?.steps.includes('cloned') ?? false };
}

describe('makeTemplate', () => {
  it('makes a closed template once', async () => {
    expect(await makeTemplate(connections, wanted)).toEqual({ name, made: true });
    expect(await makeTemplate(connections, wanted)).toEqual({ name, made: false });
    expect(await isThere()).toBe(true);
    await expect(query(name, 'SELECT 1')).rejects.toThrow(/not currently accepting connections/);
  });

  it('takes away what a maker that was killed has left, and makes it again', async () => {
    await query('postgres', `CREATE DATABASE ${stagingName(name)}`);
    await query('postgres', `CREATE DATABASE ${name} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    expect(await isThere()).toBe(false);
    expect(await makeTemplate(connections, wanted)).toEqual({ name, made: true });
    expect(await exists(stagingName(name))).toBe(false);
    expect(await isThere()).toBe(true);
  });

  it('leaves no template where what it makes is not as the source', async () => {
    const less = {
      ...wanted,
      postData: wanted.postData.filter((sql) => !sql.includes('users_phone_key')),
    };
    expect(less.postData.length).toBeLessThan(wanted.postData.length);
    await expect(makeTemplate(connections, less)).rejects.toThrow(/not as the source/);
    expect(await exists(templateName(less))).toBe(false);
    await drop(stagingName(templateName(less)));
  });
});

describe('reviveTemplate', () => {
  it('lets a proved template serve again that was taken out of use and could not be dropped', async () => {
    await makeTemplate(connections, wanted);
    await query('postgres', `ALTER DATABASE ${name} WITH IS_TEMPLATE false`);
    expect(await isThere()).toBe(false);
    await connections.with({ connection: 'postgres', access: 'write' }, (client) =>
      reviveTemplate(client, name),
    );
    expect(await isThere()).toBe(true);
    expect(await migrate()).toEqual({ message: '', isCloned: true });
  });
});

describe('migrateProject beside a template', () => {
  it('clones it, and verifies as ever', async () => {
    await makeTemplate(connections, wanted);
    expect(await migrate()).toEqual({ message: '', isCloned: true });
  });

  it('builds the schema itself where there is none', async () => {
    expect(await migrate()).toEqual({ message: '', isCloned: false });
  });

  it('builds the schema itself if the template was changed', async () => {
    await makeTemplate(connections, wanted);
    await query('postgres', `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    await query(name, 'CREATE TABLE auth.more (id int)');
    await query('postgres', `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    expect(await migrate()).toEqual({ message: '', isCloned: false });
  });

  it('leaves the template be where the configuration says so', async () => {
    await makeTemplate(connections, wanted);
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, fleet: { ...settings.fleet, templates: 'never' } };
    const ending = await migrate();
    bed.configured.settings = settings;
    expect(ending).toEqual({ message: '', isCloned: false });
  });
});
