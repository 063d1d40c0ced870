import type { Client } from 'pg';
import type { Readable } from 'node:stream';
import type { Extent } from '../../workflows/domain/extent';
import type { Content } from '../../workflows/domain/manifest';
import { failure } from '../failure';
import { addForeignKeys, dropForeignKeys, readForeignKeys } from './catalog/foreign-keys';
import { readTables } from './catalog/tables';
import { readTriggers, setTriggers } from './catalog/triggers';
import { copyIn } from './copy';
import { qualified } from './identifiers';
import { loadOrder } from './load-order';
import { naming } from './sqlstate';

/** Where the bytes of a table come from, and whom to tell when it is done. */
export interface Loading {
  readonly contents: readonly Content[];
  readonly open: (content: Content) => readonly [Readable, ...NodeJS.ReadWriteStream[]];
  readonly loaded: (content: Content) => void;
}

/**
 * Makes the tables hold exactly the rows of the backup, in the caller's transaction. What was in them
 * goes by TRUNCATE, which fires no delete trigger and cascades nowhere: foreign keys from other
 * tables, and those that would need a row before it has come, are taken off and put back, and
 * PostgreSQL checks every row behind them. User triggers are off meanwhile and afterwards fire as
 * before. Right from any state of the rows.
 */
export async function replaceRows(client: Client, loading: Loading): Promise<void> {
  const names = loading.contents.map((content) => content.table);
  if (names.length === 0) return;
  const extent = { schemas: [], tables: names, withoutColumns: [] };
  await assertPresent(client, extent);
  const { order, against } = loadOrder(names, await readForeignKeys(client, extent));
  const triggers = await readTriggers(client, names);
  await dropForeignKeys(client, against);
  await setTriggers(client, triggers, 'D');
  await client.query(`TRUNCATE ${names.map(qualified).join(', ')}`);
  const position = (content: Content): number => order.indexOf(content.table);
  for (const content of [...loading.contents].sort((a, b) => position(a) - position(b))) {
    await naming(`loading ${content.table}`, () => copyIn(client, content, loading.open(content)));
    loading.loaded(content);
  }
  await setTriggers(client, triggers);
  await addForeignKeys(client, against);
}

async function assertPresent(client: Client, extent: Extent): Promise<void> {
  const present = new Set((await readTables(client, extent)).map((facts) => facts.table));
  const missing = extent.tables.filter((name) => !present.has(name));
  if (missing.length === 0) return;
  throw failure('SchemaDiffers', `the target lacks ${missing.join(', ')}`);
}
