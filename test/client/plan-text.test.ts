import { planText } from '../../client/report/plan';
import { PROJECT_EXTENT } from '../../workflows/domain/extent';
import { CHECKLIST } from '../../workflows/domain/next-steps';
import type { Plan, Problem } from '../../workflows/domain/plan';
import { TIMING } from '../../workflows/domain/timing';
import { onTerminal } from './terminal';

const server = { systemIdentifier: '1', serverVersion: 150018 };
const LONG = 'sso_provider_id → auth.sso_providers.id, flow_state_id → auth.flow_state.id';

const PLAN: Plan = {
  project: { projectRef: 'acme', databaseName: 'acme_db', ownerUserId: 'user-1' },
  source: { ...server, connection: 'shared', database: 'studio', oid: 5 },
  target: { ...server, connection: 'projects', database: 'acme_db', oid: 0 },
  targetBefore: { kind: 'absent' },
  users: 14,
  buckets: 4,
  extent: PROJECT_EXTENT,
  tables: [
    table('storage.s3_multipart_uploads_parts', { scope: 'ephemeral', rows: 2, rule: LONG }),
    table('auth.users', { scope: 'root', rows: 14, rule: 'the tenancy of users' }),
    table('auth.sessions', { rows: 1_234_567, rule: LONG }),
    table('auth.mfa_factors', { rows: 0 }),
    table('auth.extra', { scope: 'excluded', rows: 0, rule: 'a cache of our own' }),
  ],
  unclaimed: [{ table: 'storage.objects', rows: 3 }],
  estimate: { seconds: 12, rowsPerSecond: 100_000, basis: 'the last migration here' },
  format: 'json',
  problems: [],
  warnings: [
    { code: 'left-out', message: 'trigger a stays behind: needs public.f' },
    { code: 'null-tokens', message: '3 users' },
    { code: 'left-out', message: 'trigger b stays behind: needs public.g' },
  ],
  nextSteps: [
    { statement: `ALTER ROLE "web" LOGIN PASSWORD '…'`, reason: 'it logs in there' },
    ...CHECKLIST,
  ],
  replace: false,
  onDrift: 'report',
};

function table(name: string, facts: Partial<Plan['tables'][number]>): Plan['tables'][number] {
  const some = {
    scope: 'owned',
    rule: 'user_id',
    estimatedRows: 5000,
    estimatedBytes: 9e5,
  } as const;
  return { ...some, bytes: 1200, ...facts, table: name };
}

const linesOf = (plan: Plan): readonly string[] => planText(plan).split('\n');

describe('planText', () => {
  it('says how many sessions a move takes, with and without --jobs', () => {
    const words = (jobs: number): string => planText({ ...PLAN, jobs }).replace(/\s+/g, ' ');
    expect(words(1)).toContain('up to 1 session of a step');
    expect(words(4)).toContain('up to 4 sessions of a step for rows');
    expect(words(4)).toMatch(/at most 4 sessions in all at the source .* 6 at the target's server/);
  });

  it('begins with the verdict, then says from where to where, how much and how long', () => {
    const lines = linesOf(PLAN);
    expect(lines[0]).toMatch(/^Plan for acme → acme_db: ready to migrate\./);
    const head = lines.slice(0, 8).join('\n');
    expect(head).toContain('from   database studio (connection shared)');
    expect(head).toContain('which does not exist yet and would be created');
    expect(head).toContain('14 users, 4 buckets; 1 234 583 rows');
    expect(head).toContain('about 12s (the last migration here)');
  });

  it('puts every problem right after that, numbered, in words that can be pasted whole', () => {
    const statements = Array.from(
      { length: 9 },
      (_, i) => `GRANT SELECT ON auth.table_${i} TO mover;`,
    );
    const problems = [
      { code: 'privilege', message: `role "mover" may not read: ${statements.join(' ')}` },
      { code: 'busy', message: 'another run works on it' },
    ];
    const text = planText({ ...PLAN, problems });
    expect(text).toMatch(/^Plan .* a migration would be refused for 2 problems\./s);
    expect(text.indexOf('to fix first')).toBeLessThan(text.indexOf('What would happen'));
    const unwrapped = text.replace(/\s+/g, ' ');
    expect(unwrapped).toContain(`1. privilege: role "mover" may not read: ${statements.join(' ')}`);
    expect(unwrapped).toContain('2. busy: another run works on it');
  });

  it('says that a start restores first what a closed run has left, and is not refused for that', () => {
    const unfinished = { code: 'unfinished', message: 'it was parked' };
    const run = { workflowId: 'migrate-project/acme', runId: '1', workflowType: 'migrateProject' };
    const { project, target } = PLAN;
    const pending = {
      ...{ ...run, project, target, timing: TIMING },
      ...{ how: 'parked' as const, backupIds: [], left: [] },
    };
    const text = (...more: readonly Problem[]): string =>
      planText({ ...PLAN, pending, problems: [unfinished, ...more] }).replace(/\s+/g, ' ');
    expect(text()).toContain('a start restores first what an earlier run has left in the target');
    expect(text()).not.toContain('refused');
    const two = text({ code: 'owner-missing', message: 'no owner' });
    expect(two).toContain('plans again, and would be refused for the other problems below');
  });

  it('groups tables by scope, the rows that move beside those of the source', () => {
    const lines = linesOf(PLAN);
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    expect(at('root: chosen')).toBe(at('auth.users ') - 1);
    expect(at('owned: follow')).toBeGreaterThan(at('auth.users '));
    expect(lines[at('auth.users ')]).toMatch(
      /auth\.users +14 +5 000 +1\.2 kB +the tenancy of users$/,
    );
    expect(lines[at('auth.extra ')]).toContain('a cache of our own');
    expect(lines[at('auth.mfa_factors')]).toContain('without a row of the project');
  });

  it('says what it does not know where problems kept it from counting', () => {
    const tables = PLAN.tables.map((one) => ({ ...one, rows: undefined, bytes: undefined }));
    const text = planText({ ...PLAN, tables, estimate: undefined, unclaimed: undefined });
    expect(text).toContain('rows not counted');
    expect(text).toContain('not estimated');
    expect(text).not.toContain('no project claims');
    expect(text).not.toContain('NaN');
  });

  it('names rows that no project claims, groups warnings, and ends with what is left to do', () => {
    const text = planText(PLAN);
    expect(text).toMatch(/that no project claims.*\n {2}storage\.objects 3\n/);
    expect(text.match(/\(left-out\)/g)).toHaveLength(1);
    expect(text).toMatch(/\(left-out\)\n {4}- trigger a.*\n {4}- trigger b/);
    expect(text.indexOf('[ ] ')).toBeGreaterThan(text.indexOf('Worth knowing'));
    expect(text).toContain(`  [ ] ALTER ROLE "web" LOGIN PASSWORD '…';\n      it logs in there\n`);
  });

  it('says how each state of the target is handled and restored', () => {
    expect(planText(PLAN)).toContain('"acme_db" is dropped again');
    const filled = { kind: 'filled', oid: 7, rows: 90 } as const;
    const text = planText({ ...PLAN, targetBefore: filled, replace: true }).replace(/\s+/g, ' ');
    expect(text).toContain('What "acme_db" holds is saved too, then replaced.');
    expect(text).toContain('gets back what it held');
    const roles = planText({ ...PLAN, createRoles: ['anon', 'service'] }).replace(/\s+/g, ' ');
    expect(roles).toContain('missing roles anon, service are created, without login');
  });

  it.each([
    [80, 80],
    [100, 120],
    [100, undefined],
  ])('is no wider than %i columns where the terminal has %s', (most, columns) => {
    const problems = [{ code: 'collision', message: 'words and words '.repeat(30) }];
    const text = onTerminal(columns, () => planText({ ...PLAN, problems }));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(most);
  });

  it.each([80, 120, undefined])('cuts no word of "which rows": columns %s', (columns) => {
    const text = onTerminal(columns, () => planText(PLAN));
    expect(text.replace(/\s+/g, ' ').split(LONG)).toHaveLength(3);
  });
});
