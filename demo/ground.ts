import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '../local/postgres';
import { createStudio, type StudioSummary } from '../studio/studio';

const CONFIGURATION = `connections:
  shared: { env: MOVEOUT_SOURCE_URL }
projects:
  query: select ref, database, owner from public.projects
`;

/** The ground that the demo stands on: a real PostgreSQL with a shared studio. */
export interface Ground {
  /** The configuration file, whose source is the environment variable MOVEOUT_SOURCE_URL. */
  readonly config: string;
  readonly port: number;
  readonly studio: StudioSummary;
  /** Answers one question to a database of the server: the first column of the first row, as text. */
  ask(database: string, sql: string): Promise<string>;
}

/** Takes what is to be done at the end, whatever happens, newest first. */
export type AtEnd = (close: () => Promise<void>) => void;

/** Starts PostgreSQL and fills a studio. */
export async function prepareGround(atEnd: AtEnd): Promise<Ground> {
  const folder = await mkdtemp(path.join(tmpdir(), 'moveout-demo-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const starting = startPostgres();
  atEnd(() =>
    starting.then(
      (postgres) => postgres.stop(),
      () => undefined,
    ),
  );
  const { url, port } = await starting;
  const urlOf = (database: string): string => url.replace(/\/postgres$/, `/${database}`);
  const ask = (database: string, sql: string): Promise<string> => askAt(urlOf(database), sql);
  await ask('postgres', 'create database studio');
  const studio = await createStudio(urlOf('studio'), { projects: 4, users: 150 });
  const config = path.join(folder, 'moveout.config.yaml');
  await writeFile(config, CONFIGURATION);
  process.env['MOVEOUT_SOURCE_URL'] = urlOf('studio');
  process.env['MOVEOUT_STATE_DIR'] = path.join(folder, 'state');
  return { config, port, studio, ask };
}

async function askAt(url: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: url, application_name: 'moveout demo' });
  await client.connect();
  try {
    const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0] ?? '';
  } finally {
    await client.end();
  }
}
