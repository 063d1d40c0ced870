import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { BackupStore } from '../../../activities/disk/backup/store';
import { freezeFleet } from '../../../activities/freeze-fleet';
import { readFleetPage } from '../../../activities/read-fleet-page';
import { readIdentity } from '../../../activities/postgres/catalog/databases';
import { Connections } from '../../../activities/postgres/session/connections';
import { takeMarker, completeMarker } from '../../../activities/postgres/lease';
import { transaction } from '../../../activities/postgres/session/transaction';
import type { Resources } from '../../../activities/runtime/resources';
import type { FleetProject, FrozenFleet } from '../../../workflows/domain/fleet';
import { migrateAllRequestSchema } from '../../../workflows/domain/request';
import type { Settings } from '../../../workflows/domain/settings';
import { urlOf } from '../../support/harness/databases';
import { plainSettings } from '../../support/harness/plain-settings';

/** When the snapshots of all markers were taken that `marker` makes. */
export const SNAPSHOT = '2026-11-22T10:00:00.000Z';

let fleets = 0;

/** A fleet id that this file has not used. */
export function nextFleetId(): string {
  fleets += 1;
  return `fleet_${1_700_000_000_000 + fleets}_0a1b2c3d`;
}

/** Where an activity runs; its failures are looked at by the tests, not logged. */
export function activityEnvironment(client?: Client): MockActivityEnvironment {
  const logger = new DefaultLogger('ERROR', () => undefined);
  const connection = Connection.lazy({
    address: process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '',
  });
  return new MockActivityEnvironment({}, { logger, client: client ?? new Client({ connection }) });
}

/** A backup directory and servers for the activities of fleets, without a worker. */
export class FleetBench {
  readonly store: BackupStore;
  readonly urls: Record<string, string>;
  readonly #source: string;

  private constructor(directory: string, source: string) {
    this.store = new BackupStore(directory);
    this.#source = source;
    this.urls = { shared: urlOf(source), projects: urlOf('postgres'), again: urlOf('postgres') };
  }

  static async open(source: string): Promise<FleetBench> {
    return new FleetBench(await mkdtemp(join(tmpdir(), 'moveout-freeze-')), source);
  }

  async close(): Promise<void> {
    await rm(this.store.directory, { recursive: true });
  }

  resources(settings: Partial<Settings>): Resources {
    const { store, urls } = this;
    const resolveUrl = (name: string): string => {
      const url = urls[name];
      if (url === undefined) throw new Error(`connection "${name}" is not configured`);
      return url;
    };
    return {
      store,
      host: { known: () => Promise.resolve('here'), claim: () => Promise.resolve('here') },
      resolveUrl,
      settings: plainSettings({
        backup: { directory: store.directory, format: 'auto' },
        ...settings,
      }),
    };
  }

  /** Freezes as an activity does. */
  async freeze(
    settings: Partial<Settings>,
    input: unknown,
    { fleetId = nextFleetId(), client }: { fleetId?: string; client?: Client } = {},
  ): Promise<FrozenFleet> {
    const environment = activityEnvironment(client);
    const order = { fleetId, request: migrateAllRequestSchema.parse(input ?? {}) };
    return environment.run(freezeFleet, this.resources(settings), order);
  }

  async list({ fleetId, sha256 }: FrozenFleet): Promise<readonly FleetProject[]> {
    const page = { fleetId, sha256, offset: 0, count: 1_000 };
    return activityEnvironment().run(readFleetPage, { store: this.store }, page);
  }

  async doneRefs({ path }: FrozenFleet): Promise<readonly string[]> {
    const text = await readFile(join(path, 'done.jsonl'), 'utf8');
    return [...text.matchAll(/"ref":"([^"]*)"/g)].map((match) => match[1] ?? '').sort();
  }

  /** Puts a marker into a database that is there; from this source, or from another by its oid. */
  async marker(
    database: string,
    projectRef: string,
    state: 'running' | 'completed',
    oid?: number,
  ): Promise<void> {
    const connections = new Connections(() => urlOf(this.#source), { name: 'markers' });
    const read = { connection: 'x', access: 'read' } as const;
    const here = await connections.with(read, (client) => readIdentity(client, 'x'));
    const source = { ...here, oid: oid ?? here.oid };
    const databaseRef = { connection: 'x', database, access: 'write' } as const;
    await connections.with(databaseRef, (client) =>
      transaction(client, 'write', async () => {
        const names = { runId: 'a-run', workflowId: 'a-workflow', backupId: 'a-backup' };
        const origin = { source, snapshotAt: SNAPSHOT };
        await takeMarker(client, { projectRef, ...names, ...origin, createdDatabase: false });
        if (state === 'completed') await completeMarker(client, 'a-run');
      }),
    );
  }
}
