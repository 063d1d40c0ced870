import { Client, type ClientConfig } from 'pg';

/** One way of printing values, on every version. */
export const PINNED: ClientConfig = {
  application_name: 'moveout test',
  options: '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex',
};

/** Runs `use` with a session of the tests' own, straight to the server of a URL. */
export async function sessionAt<T>(
  url: string,
  use: (client: Client) => Promise<T>,
  as: ClientConfig = {},
): Promise<T> {
  const client = new Client({ ...as, connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
