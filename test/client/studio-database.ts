import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { given } from '../ground/given';
import { useOwnServer } from '../support/harness/own-server';
import { createStudio } from '../../studio/studio';
import { ownNamespace } from '../support/temporal/own-namespace';

/** A studio on a server of its own, a folder to run scripts in, and names for targets of its own. */
export interface Place {
  readonly url: string;
  readonly database: string;
  readonly folder: string;
  /** Of the tests' Temporal, this place's own. */
  readonly namespace: string;
  /** What the programs need to know: the place's Temporal, source and state folder. */
  readonly env: Readonly<Record<string, string>>;
  /** The name of a target that no other test has. */
  target(name: string): string;
  /** The rows of a query to a database of the server. */
  rows(database: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The databases that this place's names stand for and that exist. */
  databases(): Promise<readonly string[]>;
  clear(): Promise<void>;
}

/**
 * Makes a studio with the given number of small projects, on a server of the file's own: its refs are
 * those of every such studio, and runs of one ref on one server exclude each other.
 */
export async function studioPlace(projects: number): Promise<Place> {
  const stopServer = await useOwnServer();
  const prefix = `door_${randomBytes(4).toString('hex')}`;
  const database = `${prefix}_studio`;
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-door-'));
  await query('postgres', `CREATE DATABASE ${database} TEMPLATE template0`);
  await createStudio(urlOf(database), { projects, users: 12, objects: 20 });
  const namespace = await ownNamespace('door');
  const databases = async (): Promise<readonly string[]> => {
    const like = `SELECT datname FROM pg_database WHERE datname LIKE '${prefix}\\_%' ORDER BY 1`;
    return (await query('postgres', like)).map(({ datname }) => String(datname));
  };
  return {
    url: urlOf(database),
    database,
    folder,
    namespace,
    env: {
      ...temporalEnvironment(namespace),
      MOVEOUT_SOURCE_URL: urlOf(database),
      MOVEOUT_STATE_DIR: path.join(folder, 'state'),
    },
    target: (name) => `${prefix}_${name}`,
    rows: query,
    databases,
    clear: async () => {
      await stopServer();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How a program is told of a namespace of the tests' Temporal. */
function temporalEnvironment(namespace: string): Readonly<Record<string, string>> {
  const address = given('MOVEOUT_TEST_TEMPORAL_ADDRESS');
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}

/** The URL of a database of the test server. */
export function urlOf(database: string): string {
  const url = new URL(given('MOVEOUT_TEST_POSTGRES_URL'));
  url.pathname = `/${database}`;
  return url.href;
}

async function query(
  database: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
