// A PostgreSQL server in a process of its own. The parent sends the options as the first message,
// hears `{port, url, pid, release}` or `{error}`, and ends it by `stop` or by going away, however it goes.
import getPort from 'get-port';
import { serverAccount } from './account.mjs';
import { usableBinaries } from './binaries.mjs';
import { prepareCluster, releaseOf, removeCluster, spawnServer } from './cluster.mjs';

const READY = /database system is ready to accept (read-only )?connections/;
const ATTEMPTS_AT_PORTS = 3;

// Ctrl-C reaches the whole terminal group; it is the parent's to decide what it means.
process.on('SIGINT', () => undefined);

process.once('message', async (options) => {
  const stopping = new Promise((resolve) => {
    process.once('message', resolve);
    process.once('disconnect', resolve);
    process.once('SIGTERM', resolve);
  });
  try {
    await serve(options, stopping);
  } catch (error) {
    process.exitCode = 1;
    if (process.connected) process.send({ error: error.message });
  }
  if (process.connected) process.disconnect();
});

async function serve(options, stopping) {
  const account = serverAccount();
  const native = usableBinaries(account, options.version);
  const cluster = prepareCluster({ ...options, account, native });
  let running;
  try {
    running = await start({ account, native, data: cluster.data, port: options.port, stopping });
    const url = `postgresql://postgres:${cluster.password}@127.0.0.1:${running.port}/postgres`;
    const started = { port: running.port, url, pid: running.server.pid };
    if (process.connected) process.send({ ...started, release: releaseOf(native) });
    await Promise.race([stopping, running.exited]);
  } finally {
    await end(running);
    removeCluster(cluster);
  }
}

async function start({ port, stopping, ...place }) {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await getPort({ host: '127.0.0.1' }));
    const server = spawnServer({ ...place, port: chosen });
    const exited = new Promise((resolve) => server.once('close', resolve));
    // Whoever asked may be gone before the server is ready.
    void stopping.then(() => server.kill('SIGINT'));
    const failure = await failureToStart(server, exited);
    if (failure === undefined) return { server, exited, port: chosen };
    const again = port === undefined && /could not bind|already in use/.test(failure);
    if (!again || attempt === ATTEMPTS_AT_PORTS)
      throw new Error(`PostgreSQL did not start: ${failure}`);
  }
}

// Goes on reading what the server logs to the end, or the server would block on a full pipe.
function failureToStart(server, exited) {
  return new Promise((resolve) => {
    let said = '';
    server.stderr.setEncoding('utf8').on('data', (text) => {
      said = `${said}${text}`.slice(-4000);
      if (READY.test(said)) resolve(undefined);
    });
    server.once('error', (error) => resolve(error.message));
    void exited.then(() => resolve(said.trim()));
  });
}

async function end(running) {
  if (running === undefined) return;
  // SIGINT: "fast shutdown", SIGQUIT: "immediate shutdown".
  running.server.kill('SIGINT');
  const impatience = setTimeout(() => running.server.kill('SIGQUIT'), 10_000);
  await running.exited;
  clearTimeout(impatience);
}
