import './global-setup';

/** jest's globalTeardown: ends the servers of the run. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.moveoutTestServers?.stop();
}
