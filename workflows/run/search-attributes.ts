import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributePair,
} from '@temporalio/common';
import { upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes';

/** What a run is listed by; a name left out keeps its value. */
export type Listing = Partial<Record<keyof typeof SEARCH_ATTRIBUTES, string | undefined>>;

/** Search attributes as Temporal takes them. They are stored in the clear: names only. */
export function searchAttributes(listing: Listing): SearchAttributePair[] {
  return Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, attribute]) => {
    const value = valueOf(listing, name);
    if (value === undefined) return [];
    return [{ key: defineSearchAttributeKey(attribute, SearchAttributeType.KEYWORD), value }];
  });
}

/** Sets those search attributes of the running workflow that it was not started with. */
export function upsert(listing: Listing): void {
  const { typedSearchAttributes: known } = workflowInfo();
  const news = searchAttributes(listing).filter(({ key, value }) => known.get(key) !== value);
  if (news.length > 0) upsertSearchAttributes(news);
}

/** The names of the connections that a run reads from and writes to. */
export interface NamedConnections {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

/** Shows the connections in the run's memo, if it was not started with them. */
export function noteConnections(connections: NamedConnections): void {
  const { memo = {} } = workflowInfo();
  const news = connectionsMemo(connections);
  if (JSON.stringify(memo['connections']) !== JSON.stringify(news.connections)) upsertMemo(news);
}

/** The memo of a run with these connections; one that is not known is left out. */
export function connectionsMemo({ source, target }: NamedConnections): {
  readonly connections: NamedConnections;
} {
  return {
    connections: {
      ...(source !== undefined && { source }),
      ...(target !== undefined && { target }),
    },
  };
}

function valueOf(listing: Listing, name: string): string | undefined {
  return new Map<string, string | undefined>(Object.entries(listing)).get(name);
}
