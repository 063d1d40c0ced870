import { encodeId } from '@supabase/pg-delta';
import type { Fact, FactBase, StableId } from '@supabase/pg-delta';
import { subtree } from './inside';
import { nameOf } from './object-name';

/** Why facts do not come along, collected and then spread to the facts that need them. */
export class Reasons {
  readonly #all: FactBase;
  readonly #own: ReadonlySet<string>;
  readonly #reasons = new Map<string, string>();
  /** The object by which each came to its reason: itself, or what it needs. */
  readonly #roots = new Map<string, StableId>();
  readonly #chosen = new Set<string>();
  readonly #queue: StableId[] = [];

  /** `own` are the facts that may get a reason. */
  constructor(all: FactBase, own: readonly Fact[]) {
    this.#all = all;
    this.#own = new Set(own.map(({ id }) => encodeId(id)));
  }

  /** Leaves the facts behind by choice, and all that needs them. */
  choose(ids: readonly StableId[]): void {
    for (const id of ids) this.drop(id, CHOSEN);
    this.#spread((_, via) => `${CHOSEN} with ${via}`);
    for (const key of this.#reasons.keys()) this.#chosen.add(key);
  }

  /** Gives a fact its reason, unless it has one. */
  drop(id: StableId, because: string, root = id): void {
    const key = encodeId(id);
    if (!this.#own.has(key) || this.#reasons.has(key)) return;
    this.#reasons.set(key, because);
    this.#roots.set(key, root);
    this.#queue.push(id);
  }

  /** Gives every fact a reason that needs one that has. */
  spread(): void {
    this.#spread((lost) => `needs ${lost}, which cannot come along`);
  }

  of(id: StableId): string | undefined {
    return this.#reasons.get(encodeId(id));
  }

  /** The object by which it came to its reason, itself where it has none. */
  rootOf(id: StableId): StableId {
    return this.#roots.get(encodeId(id)) ?? id;
  }

  /** Whether the fact itself stays behind by choice, or needs one that does. */
  isChosen(id: StableId): boolean {
    return this.#chosen.has(encodeId(id));
  }

  #spread(because: (lost: string, root: string) => string): void {
    for (let id = this.#queue.shift(); id !== undefined; id = this.#queue.shift()) {
      const below = new Set(subtree(this.#all, id).map(encodeId));
      for (const lost of subtree(this.#all, id)) {
        for (const from of this.#dependentsOf(lost)) {
          if (!below.has(encodeId(from)))
            this.drop(from, because(nameOf(lost), nameOf(id)), this.rootOf(id));
        }
      }
    }
  }

  /** In order, for the engine's edges come in none: the same catalog is to give the same reasons. */
  #dependentsOf(id: StableId): StableId[] {
    return this.#all
      .incomingEdges(id)
      .flatMap(({ kind, from }) => (kind === 'depends' ? [from] : []))
      .sort((a, b) => (encodeId(a) < encodeId(b) ? -1 : 1));
  }
}

const CHOSEN = 'stays behind by configuration';
