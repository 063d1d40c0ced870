import type { Manifest } from '../../workflows/domain/manifest';
import { failure } from '../runtime/failure';
import { readLeftToOperator } from '../postgres/lease/recorded-markers';
import { openToClients } from '../postgres/connect-rights';
import type { Client } from '../postgres/session/database-client';
import { readMarker, readOpening } from '../postgres/lease';
import { runBatch } from '../postgres/session/batch';
import {
  carriedFacts,
  compareDatabaseFacts,
  connectGrantsSql,
  parseDatabaseFacts,
  readDatabaseFacts,
} from '../postgres/schema';

/**
 * Lets the clients into a verified target, in the transaction that completes the run: those who were in it
 * before; into a database that the run made, those who may connect to the source. Then all rights on such a
 * database are compared with the recorded ones.
 */
export async function openTarget(
  client: Client,
  { manifest, database }: { readonly manifest: Manifest; readonly database: string },
): Promise<void> {
  const { opensTo } = await readOpening(client);
  if (opensTo !== undefined) return openToClients(client, opensTo);
  const facts = parseDatabaseFacts(manifest.database);
  await runBatch(client, connectGrantsSql(database, facts));
  if ((await readMarker(client))?.createdDatabase !== true) return;
  const { leftOutSettings } = await readLeftToOperator(client);
  const carried = carriedFacts(facts, leftOutSettings);
  const [difference] = compareDatabaseFacts(carried, await readDatabaseFacts(client));
  if (difference !== undefined) throw failure('VerificationFailed', difference);
}
