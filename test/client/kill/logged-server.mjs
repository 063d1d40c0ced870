// A PostgreSQL whose log goes into a file. The parent sends `{logFile, settings}`, hears `{url}` or
// `{error}`, and ends the server by closing the channel, by dying if need be.
import { appendFileSync } from 'node:fs';
import getPort from 'get-port';
import { serverAccount } from '../../../local/postgres/account.mjs';
import { usableBinaries } from '../../../local/postgres/binaries.mjs';
import { prepareCluster, removeCluster, spawnServer } from '../../../local/postgres/cluster.mjs';

const READY = 'database system is ready to accept connections';

// Ctrl-C reaches the whole terminal group; it is the parent's to decide what it means.
process.on('SIGINT', () => undefined);

process.once('message', async ({ logFile, settings }) => {
  const gone = new Promise((resolve) => process.once('disconnect', resolve));
  const account = serverAccount();
  const native = usableBinaries(account);
  const cluster = prepareCluster({ account, native, settings });
  const port = await getPort({ host: '127.0.0.1' });
  const server = spawnServer({ account, native, data: cluster.data, port });
  const exited = new Promise((resolve) => server.once('close', resolve));
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text) => {
    appendFileSync(logFile, text);
    if (said.includes(READY)) return;
    said += text;
    const url = `postgresql://postgres:${cluster.password}@127.0.0.1:${port}/postgres`;
    if (said.includes(READY)) process.send({ url });
  });
  if ((await Promise.race([gone, exited.then(() => 'exited')])) === 'exited')
    process.send?.({ error: said });
  server.kill('SIGINT');
  await exited;
  removeCluster(cluster);
  if (process.connected) process.disconnect();
});
