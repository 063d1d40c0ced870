import type { Job } from '../../workflows/domain/job';
import type { Content } from '../../workflows/domain/manifest';
import { dropExistingBuilds } from '../postgres/catalog/builds';
import { readPlainTables } from '../postgres/catalog/plain-tables';
import { naming } from '../postgres/errors/classify';
import { analyze, isBig, loadAnew, type Loading } from '../postgres/rows/load';
import type { Build } from '../postgres/schema';
import { useBuildMemory } from '../postgres/session/build-memory';
import { workTogether, type Work } from '../postgres/session/side-by-side';
import type { FencedSession, FencedTarget } from '../runtime/lease';
import { CLONED } from './claim';

/**
 * Chooses the tables that are loaded side by side, each in transactions of its own: big ones that take rows as they
 * come, in a target that held none of them before and is closed to its clients. All others are loaded in the one
 * transaction that records the step.
 */
export async function chooseTogether(
  { client, steps }: FencedTarget,
  { targetBefore }: Job,
  contents: readonly Content[],
): Promise<readonly Content[]> {
  if (targetBefore.kind === 'filled' || steps.includes(CLONED)) return [];
  const big = contents.filter(isBig);
  const plain = await readPlainTables(
    client,
    big.map(({ table }) => table),
  );
  return big.filter(({ table }) => plain.has(table)).sort((a, b) => b.bytes - a.bytes);
}

/** Tables to be loaded side by side, the largest first, and what is built on them. */
export interface Together {
  readonly contents: readonly Content[];
  readonly loading: Omit<Loading, 'contents'>;
  /** The keys and indexes of these tables. */
  readonly builds: readonly Build[];
  /** Whether these are left to a later step, which has another big table to load meanwhile. */
  readonly leavesBuilds: boolean;
  /** Tables that an earlier step has loaded, each with what it has left to be built. */
  readonly leftBuilds: ReadonlyMap<string, readonly Build[]>;
  /** How many sessions do it. */
  readonly sessions: number;
}

/**
 * Loads the tables, builds the keys and indexes of each as soon as its rows are in, unless they are left, and
 * gathers its statistics behind that; then what an earlier step has left, on sessions that are free. The invariant that makes a repeated attempt right from any state: a table's rows come in one
 * transaction, which first takes off what an earlier attempt had built on it and empties it; a key or an index
 * comes in one transaction, after the rows of the same attempt or of an earlier step. The step is recorded by a
 * later transaction.
 */
export async function loadTogether(target: FencedTarget, together: Together): Promise<void> {
  const { contents, sessions } = together;
  const left = [...together.leftBuilds];
  const builds = together.builds.length + left.flatMap(([, of]) => of).length;
  const count = Math.min(sessions, Math.max(contents.length, builds));
  const first = [
    ...contents.map((content) => loadingOf(content, together)),
    ...left.flatMap(([table, of]) => buildingOf(table, of, sessions)),
  ];
  await target.sideBySide(count, (all) => workTogether(all, first));
}

function loadingOf(content: Content, together: Together): Work<FencedSession> {
  const { loading } = together;
  const builds = together.builds.filter(({ table }) => table === content.table);
  return async ({ client, write }) => {
    await write(async () => {
      await dropExistingBuilds(client, builds);
      await naming(`loading ${content.table}`, () => loadAnew(client, content, loading));
    });
    loading.loaded(content);
    return together.leavesBuilds ? [] : buildingOf(content.table, builds, together.sessions);
  };
}

/** Keys come first, since they lock the table against all else; then indexes side by side; statistics last. */
function buildingOf(
  table: string,
  builds: readonly Build[],
  builders: number,
): readonly Work<FencedSession>[] {
  const [keys, indexes] = [ofKind(builds, 'key'), ofKind(builds, 'index')];
  const missing = new Set(indexes);
  const analysing: Work<FencedSession> = async ({ client, write }) => {
    await write(() => analyze(client, [table]));
    return [];
  };
  const buildingIndex =
    (index: Build): Work<FencedSession> =>
    async (session) => {
      await build(session, [index], builders);
      missing.delete(index);
      return missing.size === 0 ? [analysing] : [];
    };
  const behindKeys = indexes.length === 0 ? [analysing] : indexes.map(buildingIndex);
  const buildingKeys: Work<FencedSession> = async (session) => {
    await build(session, keys, builders);
    return behindKeys;
  };
  return keys.length === 0 ? behindKeys : [buildingKeys];
}

function ofKind(builds: readonly Build[], wanted: Build['kind']): readonly Build[] {
  return builds.filter(({ kind }) => kind === wanted);
}

async function build(
  { client, write }: FencedSession,
  builds: readonly Build[],
  builders: number,
): Promise<void> {
  await write(async () => {
    await useBuildMemory(client, builders);
    for (const { table, name, statement } of builds)
      await naming(`building ${name} on ${table}`, () => client.query(statement));
  });
}
