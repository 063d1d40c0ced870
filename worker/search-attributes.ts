import { SearchAttributeType } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../workflows/domain/search-attributes';
import { KnownError } from '../workflows/domain/known-error';

/** Temporal's number for the type (`temporal.api.enums.v1.IndexedValueType`). */
const KEYWORD = 2;

/**
 * Makes sure that the namespace knows moveout's search attributes: what is missing is added, an
 * attribute of another type stops the worker. (The dev server's own flag does nothing once its
 * database file exists.)
 */
export async function ensureSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<void> {
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const types = new Map<string, number>(Object.entries(known.customAttributes));
  const names = Object.values(SEARCH_ATTRIBUTES);
  for (const name of names) {
    const type = types.get(name);
    if (type === undefined || type === KEYWORD) continue;
    throw new KnownError(
      'ConfigInvalid',
      `search attribute ${name} exists in namespace "${namespace}" with another type than ${SearchAttributeType.KEYWORD}`,
    );
  }
  const missing = names.filter((name) => !types.has(name));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
}
