import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { rowsAt } from '../ground/statements-at';
import { MOVED_PROJECT } from '../source/source-spec';

/** How busy the neighbour is. */
export interface Load {
  readonly clients: number;
  /** Transactions a second of all clients together. */
  readonly rate: number;
}

/** A neighbour under load. */
export interface Neighbour {
  /** Ends the load; gives the latency of each transaction in milliseconds. */
  readonly stop: () => Promise<readonly number[]>;
}

/** Rows of other projects that transactions choose from. */
const CHOSEN = 5_000;

/** Not a name of moveout's: its sessions are those of others. */
const SESSION = 'neighbour';

const TRANSACTION = [
  'BEGIN',
  'UPDATE auth.users SET last_sign_in_at = now() WHERE id = $1',
  'SELECT count(*) FROM auth.sessions WHERE user_id = $1',
  'COMMIT',
];

/** Has clients do short transactions over rows of a neighbour of the moved project, at a fixed rate. */
export async function startNeighbour(url: string, { clients, rate }: Load): Promise<Neighbour> {
  const rows = await rowsAt<{ readonly id: string }>(
    url,
    `SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' <> $1 LIMIT ${CHOSEN}`,
    [MOVED_PROJECT],
  );
  const ids = rows.map(({ id }) => id);
  const ending = new AbortController();
  const latencies: number[] = [];
  const between = (1_000 * clients) / rate;
  const working = Promise.all(
    Array.from({ length: clients }, (_, client) =>
      beClient(url, {
        ids: ids.filter((_id, at) => at % clients === client),
        begin: (between * client) / clients,
        ...{ between, latencies, signal: ending.signal },
      }),
    ),
  );
  working.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await working;
      return latencies;
    },
  };
}

interface ClientOrder {
  readonly ids: readonly string[];
  /** Milliseconds until its first transaction, and from one to the next. */
  readonly begin: number;
  readonly between: number;
  readonly latencies: number[];
  readonly signal: AbortSignal;
}

/** A latency counts from when the transaction was due: one that waits for a slow one before it has waited too. */
async function beClient(url: string, order: ClientOrder): Promise<void> {
  const { ids, begin, between, latencies, signal } = order;
  const client = new pg.Client({ connectionString: url, application_name: SESSION });
  await client.connect();
  try {
    const started = performance.now() + begin;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const due = started + turn * between;
      if (due > performance.now()) await wait(due - performance.now(), undefined, { signal });
      const id = ids[turn % ids.length];
      for (const text of TRANSACTION)
        await client.query(text, text.includes('$1') ? [id] : undefined);
      latencies.push(performance.now() - due);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await client.end();
  }
}
