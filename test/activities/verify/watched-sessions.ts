import type { Client } from 'pg';
import { Connections } from '../../../activities/postgres/session/connections';
import type { Session } from '../../../activities/postgres/session/session';
import { urlOf } from '../../support/harness/databases';

/** What one session was asked, statement by statement. */
export interface WatchedSession {
  readonly statements: string[];
}

/** Connections whose sessions are remembered with their statements, in the order in which they were opened. */
export class WatchedConnections extends Connections {
  readonly sessions: WatchedSession[] = [];
  mostOpen = 0;
  #open = 0;
  readonly #opened: (count: number) => Promise<void>;

  constructor(
    session: Session = { name: 'verify test' },
    opened: (count: number) => Promise<void> = () => Promise.resolve(),
  ) {
    super((database) => urlOf(database), session);
    this.#opened = opened;
  }

  override async with<T>(
    databaseRef: Parameters<Connections['with']>[0],
    use: (client: Client) => Promise<T>,
  ): Promise<T> {
    return super.with(databaseRef, async (client) => {
      const statements: string[] = [];
      const { connection } = client;
      const query = connection.query.bind(connection);
      connection.query = (text) => {
        statements.push(text);
        query(text);
      };
      this.sessions.push({ statements });
      this.#open += 1;
      this.mostOpen = Math.max(this.mostOpen, this.#open);
      try {
        await this.#opened(this.sessions.length);
        return await use(client);
      } finally {
        this.#open -= 1;
      }
    });
  }

  /** All statements that match, with the number of their session. */
  matching(pattern: RegExp): readonly (readonly [number, string])[] {
    return this.sessions.flatMap(({ statements }, session) =>
      statements.flatMap((text): readonly (readonly [number, string])[] =>
        pattern.test(text) ? [[session, text]] : [],
      ),
    );
  }
}
