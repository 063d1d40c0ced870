import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { given } from '../ground/given';
import { createStudio } from '../support/studio/studio';

/** A studio on the test server, a folder to run scripts in, and names for targets of its own. */
export interface Place {
  readonly url: string;
  readonly database: string;
  readonly folder: string;
  /** The name of a target that no other test has. */
  target(name: string): string;
  /** The rows of a query to a database of the server. */
  rows(database: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The databases that this place's names stand for and that exist. */
  databases(): Promise<readonly string[]>;
  clear(): Promise<void>;
}

/** Makes a studio with the given number of small projects. */
export async function studioPlace(projects: number): Promise<Place> {
  const prefix = `door_${randomBytes(4).toString('hex')}`;
  const database = `${prefix}_studio`;
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-door-'));
  await query('postgres', `CREATE DATABASE ${database} TEMPLATE template0`);
  await createStudio(urlOf(database), { projects, users: 12, objects: 20 });
  const databases = async (): Promise<readonly string[]> => {
    const like = `SELECT datname FROM pg_database WHERE datname LIKE '${prefix}\\_%' ORDER BY 1`;
    return (await query('postgres', like)).map(({ datname }) => String(datname));
  };
  return {
    url: urlOf(database),
    database,
    folder,
    target: (name) => `${prefix}_${name}`,
    rows: query,
    databases,
    clear: async () => {
      for (const each of await databases()) {
        await query('postgres', `DROP DATABASE ${each} WITH (FORCE)`);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
