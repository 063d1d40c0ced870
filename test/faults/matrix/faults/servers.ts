import { setTimeout as wait } from 'node:timers/promises';
import { runAt } from '../../ground/sessions';
import type { Fault } from '../fault';

/** How long the network is away, in milliseconds: longer than a pause between two attempts. */
const OUTAGE_MS = 2_000;

/** On a slow network each packet takes this much longer, in milliseconds. */
const DELAY_MS = 10;

/** Ends every session of moveout on a server. */
export const END_SESSIONS = `
  SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
   WHERE starts_with(application_name, 'moveout ')`;

const sessionsEnded = (side: 'source' | 'target'): Fault => ({
  name: `sessions ended on ${side}`,
  strike: async ({ lane, release }) => {
    await runAt(lane[side].server.url(), END_SESSIONS);
    release();
  },
});

const restarted = (side: 'source' | 'target'): Fault => ({
  name: `${side} server restarted`,
  strike: async ({ lane, release }) => {
    await lane[side].server.crash();
    release();
    await lane[side].server.start();
  },
});

const temporalRestarted: Fault = {
  name: 'Temporal server restarted',
  strike: async ({ lane, release }) => {
    await lane.temporal.crash();
    release();
    await lane.temporal.start();
  },
};

const networkCut: Fault = {
  name: 'network cut',
  strike: async ({ lane, release }) => {
    lane.source.network.cut();
    lane.target.network.cut();
    release();
    await wait(OUTAGE_MS);
    lane.source.network.fix();
    lane.target.network.fix();
  },
};

const networkSlow: Fault = {
  name: 'network slow',
  strike: async ({ lane, release }) => {
    for (const { network } of [lane.source, lane.target]) network.hang();
    release();
    await wait(OUTAGE_MS);
    for (const { network } of [lane.source, lane.target]) {
      network.fix();
      network.slow(DELAY_MS);
    }
  },
};

/** Everything that happens to servers and to the network between. */
export const SERVER_FAULTS: readonly Fault[] = [
  sessionsEnded('source'),
  sessionsEnded('target'),
  restarted('source'),
  restarted('target'),
  temporalRestarted,
  networkCut,
  networkSlow,
];
