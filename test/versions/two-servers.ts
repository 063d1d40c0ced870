import { startPostgres, type Postgres, type PostgresRelease } from '../../local/postgres';
import { roleScripts } from '../../studio/sql-files';
import { createStudio } from '../../studio/studio';
import { databaseAt, sessionAt } from './sessions';

/** A source of one version and a target's server of the same or another, by URL. */
export interface Pair {
  readonly source: PostgresRelease;
  readonly target: PostgresRelease;
}

/** Servers of several versions at once; no source shares its server with a target. */
export class Servers {
  readonly #started: Postgres[] = [];
  readonly #sources = new Map<PostgresRelease, string>();
  readonly #targets = new Map<PostgresRelease, string>();

  /** Starts whatever the pairs need, with a studio on every source's server. */
  async start(pairs: readonly Pair[]): Promise<void> {
    const [sources, targets] = [
      pairs.map(({ source }) => source),
      pairs.map(({ target }) => target),
    ];
    await Promise.all([
      ...[...new Set(sources)].map(async (release) => {
        this.#sources.set(release, await makeStudio(await this.#server(release)));
      }),
      ...[...new Set(targets)].map(async (release) => {
        this.#targets.set(release, await this.#server(release));
      }),
    ]);
  }

  /** The URL of the studio of this version. */
  source(release: PostgresRelease): string {
    return known(this.#sources, release);
  }

  /** The URL of the server of this version, to create targets on. */
  target(release: PostgresRelease): string {
    return known(this.#targets, release);
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    await Promise.all(this.#started.map((server) => server.stop()));
  }

  async #server(version: PostgresRelease): Promise<string> {
    const server = await startPostgres({ version });
    this.#started.push(server);
    await sessionAt(server.url, async (client) => {
      for (const script of roleScripts()) await client.query(script);
    });
    return server.url;
  }
}

function known(urls: ReadonlyMap<PostgresRelease, string>, release: PostgresRelease): string {
  const url = urls.get(release);
  if (url === undefined) throw new Error(`no server of version ${release} was started`);
  return url;
}

async function makeStudio(server: string): Promise<string> {
  await sessionAt(server, (client) => client.query('CREATE DATABASE studio TEMPLATE template0'));
  const url = databaseAt(server, 'studio');
  await createStudio(url, { projects: 4, users: 14, buckets: 4, objects: 24 });
  return url;
}
