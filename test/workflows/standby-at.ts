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
  const { rows } = await asking.query<{ lsn: string }>(`SELECT pg_current_wal_lsn()::text AS lsn`);
  const lsn = rows[0]?.lsn ?? '0/0';
  const [file = '0', place = '0'] = lsn.split('/');
  const start = (Number.parseInt(place, 16) & ~0xffffff) >>> 0;
  const streaming = stream.query(`START_REPLICATION PHYSICAL ${file}/${start.toString(16)}`);
  streaming.catch(() => undefined);
  const replay = async (): Promise<void> => {
    const position = BigInt(await at());
    // CopyData with a standby status update: written, flushed, replayed.
    const message = Buffer.alloc(5 + 34);
    message.write('d', 'latin1');
    message.writeInt32BE(4 + 34, 1);
    message.write('r', 5, 'latin1');
    for (const offset of [6, 14, 22]) message.writeBigInt64BE(position, offset);
    stream.connection.stream.write(message);
  };
  return {
    replay,
    follow: async () => {
      await until('the standby has followed', async () => {
        await replay();
        const seen = await asking.query(
          `SELECT FROM pg_stat_replication WHERE pg_current_wal_lsn() - replay_lsn < 100000`,
        );
        return seen.rowCount === 1;
      });
    },
    end: async () => {
      stream.connection.stream.destroy();
      await asking.end();
    },
  };
}
