import { Client } from 'pg';
import { until } from '../support/until';

/** What streams from a server and says how far it has replayed, as a standby does. */
export interface Standby {
  /** Says that it has replayed all that there is now. */
  readonly replay: () => Promise<void>;
  /** Says so until the server knows that it is not behind. */
  readonly follow: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Streams from a server by the replication protocol under a name. */
export async function standbyAt(url: string, name: string): Promise<Standby> {
  const streamUrl = new URL(url);
  streamUrl.searchParams.set('replication', 'true');
  const stream = new Client({ connectionString: streamUrl.href, application_name: name });
  const asking = new Client({ connectionString: url });
  stream.on('error', () => undefined);
  await stream.connect();
  await asking.connect();
  const at = async (): Promise<string> => {
    const { rows } = await asking.query<{ lsn: string }>(
      `SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::text AS lsn`,
    );
    return rows[0]?.lsn ?? '0';
  };
  // Others write much into the same log: without a slot the server may throw away what comes next.
  const { rows } = await asking.query<{ lsn: string }>(
    'SELECT lsn::text FROM pg_create_physical_replication_slot($1, true)',
    [name],
  );
  const lsn = rows[0]?.lsn ?? '0/0';
  const streaming = stream.query(`START_REPLICATION SLOT ${name} PHYSICAL ${lsn}`);
  streaming.catch(() => undefined);
  const replay = async (): Promise<void> => {
    const position = BigInt(await at());
    stream.connection.stream.write(statusUpdate(position));
  };
  return {
    replay,
    follow: async () => {
      await until('the standby has followed', async () => {
        await replay();
        const seen = await asking.query(
          `SELECT FROM pg_stat_replication
            WHERE application_name = $1 AND pg_current_wal_lsn() - replay_lsn < 100000`,
          [name],
        );
        return seen.rowCount === 1;
      });
    },
    end: async () => {
      stream.connection.stream.destroy();
      await until('the slot is free', async () => {
        const free = 'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND NOT active';
        return (await asking.query(free, [name])).rowCount === 1;
      });
      await asking.query('SELECT pg_drop_replication_slot($1)', [name]);
      await asking.end();
    },
  };
}

/** CopyData with a standby status update: written, flushed, replayed up to the position. */
function statusUpdate(position: bigint): Buffer {
  const message = Buffer.alloc(5 + 34);
  message.write('d', 'latin1');
  message.writeInt32BE(4 + 34, 1);
  message.write('r', 5, 'latin1');
  for (const offset of [6, 14, 22]) message.writeBigInt64BE(position, offset);
  return message;
}
