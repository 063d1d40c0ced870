import type { Settings } from '../../workflows/domain/settings';
import type { BackupStore } from '../disk/backup/store';
import type { Host } from './host';
import type { ServerMemory } from '../postgres/session/session';
import type { ResolveUrl } from '../postgres/session/urls';
import type { SessionPool } from '../postgres/session/pool';

/** What a worker hands to its activities; opened and closed by the worker. */
export interface Resources {
  readonly settings: Settings;
  /** Turns the name of a connection into its URL; URLs go nowhere else. */
  readonly resolveUrl: ResolveUrl;
  readonly store: BackupStore;
  readonly host: Host;
  /** Sessions that only read, kept between attempts. */
  readonly pool?: SessionPool | undefined;
  /** What was learned of the servers, kept between attempts. */
  readonly memory?: ServerMemory | undefined;
}
