import type { Client } from 'pg';
import type { Readable } from 'node:stream';
import type { Content } from '../../workflows/domain/manifest';
import { failure } from '../failure';
import {
  addForeignKeys,
  comingFromOutside,
  dropForeignKeys,
  readForeignKeys,
} from './catalog/foreign-keys';
import { readTables } from './catalog/tables';
import { readTriggers, setTriggers } from './catalog/triggers';
import { copyIn } from './copy';
import { qualified, splitName } from './identifiers';
import { naming } from './sqlstate';
import { SCOPE_RULES } from './scope/rules';

/** Where the bytes of a table come from, and whom to tell when it is done. */
export interface Loading {
  readonly contents: readonly Content[];
  readonly open: (content: Content) => readonly [Readable, ...NodeJS.ReadWriteStream[]];
  readonly loaded: (content: Content) => void;
}

/**
 * Makes the tables hold exactly the rows of the backup, in the caller's transaction. What was in them
 * goes by TRUNCATE, which fires no delete trigger and cascades nowhere: foreign keys from other
 * tables are taken off and put back, and PostgreSQL checks every row behind them. User triggers are
 * off meanwhile and afterwards fire as before. Right from any state of the rows.
 */
export async function replaceRows(client: Client, loading: Loading): Promise<void> {
  const contents = inLoadOrder(loading.contents);
  if (contents.length === 0) return;
  const names = contents.map((content) => content.table);
  await assertPresent(client, names);
  const schemas = [...new Set(names.map((name) => splitName(name)[0]))];
  const outside = comingFromOutside(await readForeignKeys(client, schemas), new Set(names));
  const triggers = await readTriggers(client, names);
  await dropForeignKeys(client, outside);
  await setTriggers(client, triggers, 'D');
  await client.query(`TRUNCATE ${names.map(qualified).join(', ')}`);
  for (const content of contents) {
    await naming(`loading ${content.table}`, () => copyIn(client, content, loading.open(content)));
    loading.loaded(content);
  }
  await setTriggers(client, triggers);
  await addForeignKeys(client, outside);
}

/** Sorts tables so that every row finds the rows it refers to. */
function inLoadOrder(contents: readonly Content[]): readonly Content[] {
  const position = new Map(SCOPE_RULES.map((rule, index) => [rule.table, index]));
  const of = (content: Content): number => position.get(content.table) ?? SCOPE_RULES.length;
  return [...contents].sort((a, b) => of(a) - of(b));
}

async function assertPresent(client: Client, names: readonly string[]): Promise<void> {
  const schemas = [...new Set(names.map((name) => splitName(name)[0]))];
  const present = new Set((await readTables(client, schemas)).map((facts) => facts.table));
  const missing = names.filter((name) => !present.has(name));
  if (missing.length === 0) return;
  throw failure('SchemaDiffers', `the target lacks ${missing.join(', ')}`);
}
