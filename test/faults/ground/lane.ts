import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createStudio, type StudioProject } from '../../../studio/studio';
import { Crew } from './crew';
import { KeptPostgres } from './kept-postgres';
import { KeptTemporal } from './kept-temporal';
import { prepareKinds } from './kinds';
import type { Orders } from './messages';
import { runAt } from './sessions';
import { mountSmallDisk, smallDiskObstacle, type SmallDisk } from './small-disk';
import { TcpProxy } from './tcp-proxy';

/** The role that the workers log in as: a superuser that can be made none. */
export const ROLE = 'mover';

/** How patient the workers of the fault tests are, in milliseconds. */
const TIMING = { silence: 3_000, longestPause: 1_000, parkAfter: 4_000 };

/** The source's database. */
export const STUDIO = 'studio';

const SIZES = { projects: 6, users: 14, buckets: 4, objects: 24, seed: 'faults' };

/** People of every project have allowed the one client that no project has to itself. */
const SHARE_ONE_CLIENT = `
  UPDATE auth.oauth_consents AS mine SET client_id = shared.id
    FROM auth.oauth_clients AS shared
   WHERE shared.client_name = 'Shared by two projects'
     AND mine.id IN (SELECT DISTINCT ON (u.raw_app_meta_data ->> 'project_ref') c.id
                       FROM auth.oauth_consents AS c JOIN auth.users AS u ON u.id = c.user_id
                      ORDER BY u.raw_app_meta_data ->> 'project_ref', c.id)`;

/** Two tables of every project are big enough that a new target gets them side by side. */
const TWO_BIG_TABLES = `
  UPDATE auth.sessions SET user_agent = repeat('s', 1100000)
   WHERE id IN (SELECT DISTINCT ON (u.raw_app_meta_data ->> 'project_ref') s.id
                  FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id
                 ORDER BY u.raw_app_meta_data ->> 'project_ref', s.id);
  UPDATE auth.identities SET identity_data = identity_data || jsonb_build_object('pad', repeat('i', 1200000))
   WHERE id IN (SELECT DISTINCT ON (u.raw_app_meta_data ->> 'project_ref') i.id
                  FROM auth.identities AS i JOIN auth.users AS u ON u.id = i.user_id
                 ORDER BY u.raw_app_meta_data ->> 'project_ref', i.id);`;

/** A server and the only way by which the workers reach it. */
export interface Side {
  readonly server: KeptPostgres;
  readonly network: TcpProxy;
}

/** Two PostgreSQL servers, a Temporal server and workers that nobody else uses. */
export interface Lane {
  readonly name: string;
  readonly source: Side;
  readonly target: Side;
  readonly temporal: KeptTemporal;
  readonly crew: Crew;
  readonly projects: readonly StudioProject[];
  /** The projects in turn. */
  readonly nextProject: () => StudioProject;
  readonly backups: string;
  /** Where the backups and the target's rows lie; absent where no small disk can be mounted. */
  readonly disks: { readonly backups: SmallDisk; readonly target: SmallDisk } | undefined;
  readonly clearBackups: () => void;
  readonly close: () => Promise<void>;
}

type Disks = Lane['disks'];

/** Brings one up: servers, a studio, the targets to copy from; no workers yet. */
export async function openLane(name: string, format: Orders['format']): Promise<Lane> {
  const folder = mkdtempSync(path.join(tmpdir(), `moveout-faults-${name}-`));
  // The account that PostgreSQL runs as has to get to its own folders.
  chmodSync(folder, 0o755);
  const disks = smallDiskObstacle() === undefined ? mountDisks(folder) : undefined;
  const backups = path.join(disks?.backups.folder ?? folder, 'backups');
  mkdirSync(backups, { mode: 0o700 });
  // Where a signal ends everything, the servers go by themselves; the folder does not.
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const servers = await openServers(folder, disks);
  const { source, target, temporal } = servers;
  const projects = await fillStudio(source.server);
  await prepareKinds(target.server);
  const crew = new Crew(temporal.port, {
    kind: 'start',
    urls: { shared: urlThrough(source, STUDIO), projects: urlThrough(target, 'postgres') },
    ...{ backups, format, timing: TIMING },
    logFile: path.join(folder, 'workers.log'),
  });
  const close = async (): Promise<void> => {
    await crew.dismissAll();
    await closeServers(servers);
    disks?.backups.unmount();
    disks?.target.unmount();
    process.removeListener('exit', remove);
    remove();
  };
  const clearBackups = (): void => {
    for (const entry of readdirSync(backups).filter((name) => name !== 'host'))
      rmSync(path.join(backups, entry), { recursive: true });
  };
  const rest = { clearBackups, close, nextProject: inTurn(projects) };
  return { name, ...servers, crew, projects, backups, disks, ...rest };
}

type Servers = Pick<Lane, 'source' | 'target' | 'temporal'>;

async function openServers(folder: string, disks: Disks): Promise<Servers> {
  const [source, target, temporal] = await Promise.all([
    openSide(path.join(folder, 'source')),
    openSide(path.join(folder, 'target'), disks?.target.folder),
    KeptTemporal.open(folder),
  ]);
  return { source, target, temporal };
}

async function closeServers({ source, target, temporal }: Servers): Promise<void> {
  await Promise.all([source, target].map(({ network }) => network.close()));
  await Promise.all([temporal.close(), source.server.stop(), target.server.stop()]);
}

async function fillStudio(server: KeptPostgres): Promise<readonly StudioProject[]> {
  await runAt(server.url(), `CREATE DATABASE ${STUDIO} TEMPLATE template0`);
  const { projects } = await createStudio(server.url(STUDIO), SIZES);
  await runAt(server.url(STUDIO), SHARE_ONE_CLIENT);
  await runAt(server.url(STUDIO), TWO_BIG_TABLES);
  return projects;
}

function inTurn<T>(some: readonly T[]): () => T {
  let next = 0;
  return () => {
    const found = some[next % some.length];
    next += 1;
    if (found === undefined) throw new Error('the studio has no projects');
    return found;
  };
}

function mountDisks(folder: string): Disks {
  return {
    backups: mountSmallDisk(path.join(folder, 'backup-disk'), 64),
    target: mountSmallDisk(path.join(folder, 'target-disk'), 512),
  };
}

async function openSide(folder: string, disk?: string): Promise<Side> {
  const server = await KeptPostgres.open(folder, disk);
  await runAt(server.url(), `CREATE ROLE ${ROLE} SUPERUSER LOGIN PASSWORD '${ROLE}'`);
  return { server, network: await TcpProxy.open(server.port) };
}

function urlThrough({ network }: Side, database: string): string {
  return `postgresql://${ROLE}:${ROLE}@127.0.0.1:${network.port}/${database}`;
}
