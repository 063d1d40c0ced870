import { startServers } from './servers';
import type { Servers } from './servers';

declare global {
  // `var` is what puts a name on globalThis, the only thing jest's setup and teardown share.
  var moveoutTestServers: Servers | undefined;
}

/** jest's globalSetup: starts the servers of the run and tells the tests where they are. Says which release runs. */
export default async function globalSetup(): Promise<void> {
  const servers = await startServers();
  Object.assign(process.env, servers.environment);
  globalThis.moveoutTestServers = servers;
  process.stdout.write(`The tests run on PostgreSQL ${servers.release}\n`);
}
