import { startPostgres, type Postgres } from '../support/postgres';
import { roleScripts } from '../support/studio/sql-files';
import { createStudio } from '../support/studio/studio';
import { databaseAt, sessionAt } from './sessions';

/** The major versions that sources and targets may have, oldest first. */
export const MAJORS = ['14', '15', '16', '17', '18'] as const;

export type Major = (typeof MAJORS)[number];

/** A source of one version and a target's server of the same or another, by URL. */
export interface Pair {
  readonly source: Major;
  readonly target: Major;
}

/** Servers of several versions at once; no source shares its server with a target. */
export class Servers {
  readonly #started: Postgres[] = [];
  readonly #sources = new Map<Major, string>();
  readonly #targets = new Map<Major, string>();

  /** Starts whatever the pairs need, with a studio on every source's server. */
  async start(pairs: readonly Pair[]): Promise<void> {
    const [sources, targets] = [
      pairs.map(({ source }) => source),
      pairs.map(({ target }) => target),
    ];
    await Promise.all([
      ...[...new Set(sources)].map(async (major) => {
        this.#sources.set(major, await makeStudio(await this.#server(major)));
      }),
      ...[...new Set(targets)].map(async (major) => {
        this.#targets.set(major, await this.#server(major));
      }),
    ]);
  }

  /** The URL of the studio of this version. */
  source(major: Major): string {
    return known(this.#sources, major);
  }

  /** The URL of the server of this version, to create targets on. */
  target(major: Major): string {
    return known(this.#targets, major);
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    await Promise.all(this.#started.map((server) => server.stop()));
  }

  async #server(version: Major): Promise<string> {
    const server = await startPostgres({ version });
    this.#started.push(server);
    await sessionAt(server.url, async (client) => {
      for (const script of roleScripts()) await client.query(script);
    });
    return server.url;
  }
}

function known(urls: ReadonlyMap<Major, string>, major: Major): string {
  const url = urls.get(major);
  if (url === undefined) throw new Error(`no server of version ${major} was started`);
  return url;
}

async function makeStudio(server: string): Promise<string> {
  await sessionAt(server, (client) => client.query('CREATE DATABASE studio TEMPLATE template0'));
  const url = databaseAt(server, 'studio');
  await createStudio(url, { projects: 4, users: 14, buckets: 4, objects: 24 });
  return url;
}
