import type { Reference } from './catalog/foreign-keys';

/** In which order rows can come, and what has to be off meanwhile. */
export interface LoadOrder {
  readonly order: readonly string[];
  /** Foreign keys from elsewhere, and those of a circle: no order satisfies them. */
  readonly against: readonly Reference[];
}

/** Sorts tables so that every row finds the rows it refers to, as far as there is such an order. */
export function loadOrder(tables: readonly string[], keys: readonly Reference[]): LoadOrder {
  const waiting = [...tables].sort();
  const order: string[] = [];
  const isFree = (table: string): boolean =>
    !keys.some(
      (key) => key.table === table && key.references !== table && waiting.includes(key.references),
    );
  while (waiting.length > 0) {
    // Without a free table there is a circle: it is broken at the first.
    const next = waiting.find(isFree) ?? waiting[0] ?? '';
    waiting.splice(waiting.indexOf(next), 1);
    order.push(next);
  }
  const place = new Map(order.map((table, position) => [table, position]));
  const against = keys.filter((key) => {
    const from = place.get(key.table);
    return from === undefined || from < (place.get(key.references) ?? 0);
  });
  return { order, against };
}
