import { readIdentity } from '../../../../activities/postgres/catalog/databases';
import { readTables } from '../../../../activities/postgres/catalog/tables';
import { Connections } from '../../../../activities/postgres/session/connections';
import { transaction, withSnapshot } from '../../../../activities/postgres/session/transaction';
import { fingerprint } from '../../../../activities/postgres/rows/fingerprint';
import {
  keyValues,
  projectionOf,
  selectList,
} from '../../../../activities/postgres/rows/projection';
import {
  unchangedTables,
  type ScopedContent,
  type Since,
} from '../../../../activities/postgres/rows/row-versions';
import { sameFingerprint } from '../../../../workflows/domain/report';

/** Three tables; of each, the rows of project `a` are in scope. Beside them, old rows that can take their places. */
export const TABLES = `
  CREATE SCHEMA auth; CREATE SCHEMA aside;
  CREATE TYPE auth.level AS ENUM ('low', 'high');
  CREATE TABLE auth.users (id int PRIMARY KEY, project text, name text, other text);
  INSERT INTO auth.users SELECT n, CASE WHEN n <= 30 THEN 'a' ELSE 'b' END, 'name ' || n, 'other ' || n FROM generate_series(1, 60) n;
  CREATE TABLE auth.sessions (id int PRIMARY KEY, user_id int, level auth.level, note text);
  INSERT INTO auth.sessions SELECT n, n, 'low', 'note ' || n FROM generate_series(1, 60) n;
  CREATE TABLE auth.log (user_id int, what text);
  INSERT INTO auth.log SELECT n, 'what ' || n FROM generate_series(1, 60) n;
  CREATE TABLE aside.users (LIKE auth.users INCLUDING ALL);
  INSERT INTO aside.users SELECT id, project, 'another ' || id, other FROM auth.users;
  CREATE TABLE aside.sessions (LIKE auth.sessions INCLUDING ALL);
  INSERT INTO aside.sessions SELECT id, user_id, level, 'another ' || id FROM auth.sessions;
  CREATE TABLE aside.log (LIKE auth.log);
  CREATE TABLE aside.more_users (LIKE auth.users);
  INSERT INTO aside.more_users VALUES (90, 'a', 'more', 'more');`;

const OWNED = `t.user_id IN (SELECT u.id FROM auth.users AS u WHERE u.project = 'a')`;
const SCOPE: Readonly<Record<string, string>> = {
  'auth.users': `t.project = 'a'`,
  'auth.sessions': OWNED,
  'auth.log': OWNED,
};

/** What a manifest says for the comparison by row versions. */
export interface Recorded extends Since {
  readonly tables: readonly ScopedContent[];
}

const SEED = '-4711';
const EXTENT = { schemas: ['auth'], tables: [], withoutColumns: [] };

/** Records the rows in scope as a backup does, in one snapshot of a server that `urlOf` leads to. */
export async function record(urlOf: () => string): Promise<Recorded> {
  const connections = new Connections(urlOf, { name: 'moveout test versions' });
  const databaseRef = { connection: 'source', access: 'read' } as const;
  return withSnapshot(connections, databaseRef, async (snapshot) => {
    const { client } = snapshot;
    const tables: ScopedContent[] = [];
    for (const facts of await readTables(client, EXTENT)) {
      const { table } = facts;
      const where = SCOPE[table] ?? 'false';
      const columns = [...projectionOf(facts, 'target')];
      const key = table === 'auth.log' ? undefined : ['id'];
      const keys = keyValues({ columns, key });
      const selection = { table, expressions: selectList(columns), keys, where };
      const { keys: keyDigest, rows, digest } = await fingerprint(client, selection, SEED);
      const file = { file: 'none', bytes: 0, sha256: '', encoding: 'binary' } as const;
      tables.push({
        where,
        content: { ...file, table, columns, key, rows, digest, ...(keyDigest && { keyDigest }) },
      });
    }
    const { rowVersions } = snapshot;
    const source = await readIdentity(client, 'source');
    return { tables, rowVersions, source, seed: SEED };
  });
}

/** What the row versions prove, and what the fingerprints find, in one later snapshot. */
export interface Verdict {
  readonly unchanged: readonly string[];
  readonly drifted: readonly string[];
}

/** Judges the recorded tables by both ways in one snapshot. */
export async function judge(urlOf: () => string, recorded: Recorded): Promise<Verdict> {
  const connections = new Connections(urlOf, { name: 'moveout test versions' });
  return connections.with({ connection: 'source', access: 'read' }, (client) =>
    transaction(client, 'read-snapshot', async () => {
      const unchanged = await unchangedTables(client, recorded, recorded.tables);
      const drifted: string[] = [];
      for (const { content, where } of recorded.tables) {
        const { table, columns } = content;
        const there = (await readTables(client, EXTENT)).find((facts) => facts.table === table);
        const isReadable = columns.every(({ name }) =>
          there?.columns.some((column) => column.name === name),
        );
        const selection = { table, expressions: selectList(columns), where };
        const isSame =
          isReadable && sameFingerprint(await fingerprint(client, selection, SEED), content);
        if (!isSame) drifted.push(table);
      }
      return { unchanged: [...unchanged].sort(), drifted: drifted.sort() };
    }),
  );
}
