import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes';

/** What a run is listed by; a name left out keeps its value. */
export type Listing = Partial<Record<keyof typeof SEARCH_ATTRIBUTES, string | undefined>>;

/** Sets search attributes of the running workflow. They are stored in the clear: names only. */
export function upsert(listing: Listing): void {
  const pairs = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, attribute]) => {
    const value = valueOf(listing, name);
    if (value === undefined) return [];
    return [{ key: defineSearchAttributeKey(attribute, SearchAttributeType.KEYWORD), value }];
  });
  if (pairs.length > 0) upsertSearchAttributes(pairs);
}

function valueOf(listing: Listing, name: string): string | undefined {
  return new Map<string, string | undefined>(Object.entries(listing)).get(name);
}
