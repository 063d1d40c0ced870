import type { Plan, ScopeKind } from '../../workflows/domain/plan';
import { createDatabase, freshName, query, urlOf, withSession } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { rowDigests, type RowDigests } from '../../studio/row-digests';
import { shapeScripts } from '../../studio/sql-files';
import { createStudio } from '../../studio/studio';

interface Listed {
  readonly ref: string;
  readonly database: string;
  readonly owner: string;
}

const AT_ONCE = 4;

/** What more than one project uses; the kinds of rows that may be in several targets. */
const SHARED = [
  'auth.custom_oauth_providers',
  'auth.instances',
  'auth.oauth_clients',
  'auth.saml_providers',
  'auth.sso_domains',
  'auth.sso_providers',
];

/** A sign-in that has only begun is its provider's: as long as nobody is known, of all who use that one. */
const OF_SHARED = ['auth.saml_relay_states'];

/** What the studio holds of nobody, counted by hand from what makes it. */
const NOBODYS = {
  'auth.audit_log_entries': 134,
  'auth.custom_oauth_providers': 6,
  'auth.flow_state': 39,
  'auth.identities': 1,
  'auth.instances': 4,
  'auth.oauth_authorizations': 30,
  'auth.oauth_client_states': 34,
  'auth.oauth_clients': 3,
  'auth.refresh_tokens': 6,
  'auth.saml_providers': 4,
  'auth.saml_relay_states': 38,
  'auth.sessions': 1,
  'auth.sso_domains': 8,
  'auth.sso_providers': 5,
  'auth.users': 4,
  'auth.webauthn_challenges': 30,
  'storage.buckets': 3,
  'storage.buckets_analytics': 1,
  'storage.buckets_vectors': 1,
  'storage.objects': 7,
};

let bed: Testbed;
let plan: Plan;
let source: RowDigests;
let targets: readonly RowDigests[];

let endServer: () => Promise<void>;

beforeAll(async () => {
  endServer = await useOwnServer();
  bed = await openTestbed();
  const studio = await createDatabase('source');
  await createStudio(urlOf(studio), { projects: 30, users: 12, buckets: 4, objects: 20 });
  await shape(studio);
  const projects = await listed(studio);
  bed.configured.urls = { ...bed.configured.urls, shared: urlOf(studio) };
  bed.configured.settings = { ...bed.configured.settings, projects: { list: projects } };
  plan = await planOf(bed, requestOf(projects[0]));
  source = await withSession(studio, rowDigests);
  await moveAll(projects);
  targets = await Promise.all(projects.map(({ database }) => withSession(database, rowDigests)));
}, 300_000);
afterAll(async () => {
  await bed.close();
  await endServer();
});

describe('moving every one of thirty projects', () => {
  it('uses every table, and puts no row into a target that the source does not have', () => {
    const unused = [...source.keys()].filter((table) => targetsRows(table).length === 0);
    expect(unused).toEqual([]);
    const invented = [...source].flatMap(([table, rows]) =>
      targetsRows(table).filter((row) => !rows.has(row)),
    );
    expect(invented).toEqual([]);
    for (const target of targets) expect([...target.keys()]).toEqual([...source.keys()]);
  });

  it('puts a row into two targets where its table is declared as shared, and nowhere else', () => {
    const twice = [...source.keys()].filter((table) => {
      const rows = targetsRows(table);
      return scopeOf(table) !== 'bookkeeping' && new Set(rows).size < rows.length;
    });
    const unshared = twice.filter((table) => scopeOf(table) !== 'shared');
    expect(unshared.filter((table) => !OF_SHARED.includes(table))).toEqual([]);
    expect(twice).toEqual(expect.arrayContaining(SHARED));
  });

  it('brings the whole bookkeeping into every target', () => {
    const books = [...source].filter(([table]) => scopeOf(table) === 'bookkeeping');
    expect(books.map(([table]) => table)).toEqual(['auth.schema_migrations', 'storage.migrations']);
    for (const target of targets) {
      for (const [table, rows] of books) expect(target.get(table)).toEqual(rows);
    }
  });

  it('leaves behind exactly the rows that the plan says no project claims', () => {
    const left = [...source].map(([table, rows]) => {
      const moved = new Set(targetsRows(table));
      return { table, rows: [...rows].filter((row) => !moved.has(row)).length };
    });
    const unclaimed = left.filter(({ rows }) => rows > 0);
    expect([...(plan.unclaimed ?? [])].sort(byTable)).toEqual(unclaimed.sort(byTable));
    expect(Object.fromEntries(unclaimed.map(({ table, rows }) => [table, rows]))).toEqual(NOBODYS);
  });
});

/** The rows of one table in all targets, a shared one as often as it is there. */
function targetsRows(table: string): readonly string[] {
  return targets.flatMap((target) => [...(target.get(table) ?? [])]);
}

function scopeOf(table: string): ScopeKind | undefined {
  return plan.tables.find((planned) => planned.table === table)?.scope;
}

function byTable(a: { readonly table: string }, b: { readonly table: string }): number {
  return a.table < b.table ? -1 : 1;
}

async function shape(studio: string): Promise<void> {
  await withSession(studio, async (client) => {
    await client.query('BEGIN');
    for (const script of shapeScripts()) await client.query(script);
    await client.query('COMMIT');
  });
}

async function listed(studio: string): Promise<readonly Listed[]> {
  const projects = await query<Listed>(studio, 'SELECT ref, owner FROM public.projects ORDER BY 1');
  expect(projects).toHaveLength(30);
  return projects.map(({ ref, owner }) => ({ ref, owner, database: freshName('target') }));
}

function requestOf(project: Listed | undefined): object {
  if (project === undefined) throw new Error('the studio has no projects');
  const { ref: projectRef, database: databaseName, owner: ownerUserId } = project;
  return { projectRef, databaseName, ownerUserId };
}

async function moveAll(projects: readonly Listed[]): Promise<void> {
  const waiting = [...projects];
  const failed: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const ending = await bed.run('migrateProject', requestOf(next));
      if (ending.report?.outcome !== 'migrated') failed.push([next.ref, ending.message]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(failed).toEqual([]);
}
