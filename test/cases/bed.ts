import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { loadConfiguration } from '../../worker/config';
import { createDatabase, execute, freshName, query, urlOf } from '../support/harness/databases';
import type { Ending } from '../support/harness/ending';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { roleScripts, schemaScripts } from '../../studio/sql-files';
import { createStudio } from '../../studio/studio';
import type { Plan } from '../../workflows/domain/plan';
import type { Case } from './case';

/** A server with the roles of the cases and a studio to copy, and a worker that moves projects out of it. */
export interface CaseBed {
  readonly play: (tried: Case) => Promise<Played>;
  readonly close: () => Promise<void>;
}

/** What became of a case; `ending` is `undefined` if the plan had problems, so that nothing was started. */
export interface Played {
  readonly plan: Plan;
  readonly ending: Ending | undefined;
  /** What the case asks of the target, as PostgreSQL answered; `undefined` if nothing was moved. */
  readonly held: boolean | undefined;
  /** A verification that is asked for afterwards. */
  readonly later: Ending | undefined;
  /** Everything that a person can read of it: plan, report and failure, as JSON. */
  readonly said: string;
}

const PROJECT = { projectRef: 'project-abc', ownerUserId: 'user-1' };

const CONFIGURATION = `
connections: { shared: { env: CASE_SOURCE }, projects: { env: CASE_TARGET } }
source: shared
target: projects
tenancy:
  users: { by: app-metadata, key: project_ref }
  buckets: { by: id-prefix, separator: '-' }
`;

/** Opens the bed, on a server of its own: the roles of the cases would be in the way of other tests. */
export async function openCaseBed(): Promise<CaseBed> {
  const stopServer = await useOwnServer();
  const studio = await createDatabase('studio');
  await createStudio(urlOf(studio), { projects: 3, users: 20, buckets: 4, objects: 24 });
  await makeRoles();
  const bed = await openTestbed(studio);
  const folder = await mkdtemp(path.join(tmpdir(), 'moveout-case-'));
  return {
    play: (tried) => play({ bed, studio, folder }, tried),
    close: async () => {
      await bed.close();
      await rm(folder, { recursive: true, force: true });
      await stopServer();
    },
  };
}

interface Ground {
  readonly bed: Testbed;
  readonly studio: string;
  readonly folder: string;
}

async function play({ bed, studio, folder }: Ground, tried: Case): Promise<Played> {
  const source = await makeSource(studio, tried);
  const databaseName = freshName('target');
  for (const sql of tried.target ?? []) {
    await execute('postgres', sql.replaceAll(':"DB"', `"${databaseName}"`));
  }
  for (const sql of tried.inTarget ?? []) await execute(databaseName, sql);
  const file = path.join(folder, `${randomUUID()}.yaml`);
  await writeFile(file, `${CONFIGURATION}${tried.configuration ?? ''}`);
  const urls = {
    CASE_SOURCE: urlOf(source, tried.role),
    CASE_TARGET: urlOf('postgres', tried.role),
  };
  const { settings } = loadConfiguration(urls, { config: file, backupDirectory: bed.backups });
  bed.configured.settings = settings;
  bed.configured.urls = { shared: urls.CASE_SOURCE, projects: urls.CASE_TARGET };
  const request = { ...PROJECT, databaseName, ...tried.request };
  const plan = await planOf(bed, request);
  if (plan.problems.length > 0) {
    return { ...NOTHING_STARTED, plan, said: JSON.stringify(plan) };
  }
  const first = await bed.run('migrateProject', request);
  const ending =
    tried.again === true ? await bed.run('migrateProject', { ...request, replace: true }) : first;
  const isMoved = ending.report?.outcome === 'migrated';
  const held = isMoved ? await holds(databaseName, tried.holds ?? 'true') : undefined;
  const { projectRef } = PROJECT;
  const later = isMoved ? await bed.run('verifyProject', { projectRef, databaseName }) : undefined;
  return { plan, ending, held, later, said: JSON.stringify([plan, ending, later]) };
}

const NOTHING_STARTED = { ending: undefined, held: undefined, later: undefined };

/** A copy of the studio to which the case has happened; one in another encoding is built from its SQL. */
async function makeSource(studio: string, { inputs, encoding }: Case): Promise<string> {
  const source =
    encoding === undefined ? await createDatabase('case', studio) : await encodedStudio(encoding);
  for (const input of inputs) {
    const sql = await readFile(path.join(__dirname, 'inputs', `${input}.sql`), 'utf8');
    await execute(source, sql.replaceAll(':"DB"', `"${source}"`));
  }
  return source;
}

/** The studio's own rows have characters that few encodings have. */
async function encodedStudio(encoding: string): Promise<string> {
  const name = freshName('case');
  await execute(
    'postgres',
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const rows = await readFile(path.join(__dirname, 'inputs', 'plain-studio.sql'), 'utf8');
  for (const script of [...roleScripts(), ...schemaScripts(), rows]) await execute(name, script);
  return name;
}

async function holds(database: string, question: string): Promise<boolean> {
  const [row] = await query<{ held: boolean }>(database, `SELECT (${question}) AS held`);
  return row?.held === true;
}

/** The roles of the cases, each with its name as its password. */
async function makeRoles(): Promise<void> {
  const sql = await readFile(path.join(__dirname, 'inputs', 'roles.sql'), 'utf8');
  await execute('postgres', sql);
  const roles = await query<{ name: string }>(
    'postgres',
    `SELECT rolname AS name FROM pg_roles WHERE rolcanlogin AND rolname ~ '^(r_|operator)'`,
  );
  for (const { name } of roles) {
    await execute('postgres', `ALTER ROLE "${name}" PASSWORD '${name}'`);
  }
}
