import { Client } from 'pg';
import { query, urlOf } from '../../support/harness/databases';
import { until } from '../../support/until';

/** Holds a table of a target, so that a step which writes it stands still in the middle of its work. */
export class Gate {
  readonly #table: string;
  #holder: { readonly database: string; readonly client: Client } | undefined;
  #isOpen = false;

  constructor(table: string) {
    this.#table = table;
  }

  /** Takes the table; nothing happens if it is taken already, or was released. */
  async close(database: string): Promise<void> {
    if (this.#isOpen || this.#holder !== undefined) return;
    const client = new Client({ connectionString: urlOf(database), application_name: 'gate' });
    this.#holder = { database, client };
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${this.#table} IN ACCESS EXCLUSIVE MODE`);
  }

  /** Resolves once a step waits for the table. */
  async reached(): Promise<void> {
    await until('a step at the gate', async () => {
      const waiting = await query(
        'postgres',
        `SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`,
        [this.#holder?.database ?? ''],
      );
      return waiting.length > 0;
    });
  }

  /** Releases the table; it is not taken again. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#holder?.client.end();
    this.#holder = undefined;
  }
}
