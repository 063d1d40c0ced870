import { wordsOfStep } from '../../../workflows/domain/next-steps';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { BackupStore } from '../../../activities/disk/backup/store';
import {
  boundedBackup,
  boundedEvidence,
  boundedPlan,
  boundedProof,
  boundedRuns,
  boundedStep,
} from '../../../activities/runtime/bounded';
import { bytesOf, cutText } from '../../../workflows/domain/bounds';
import type { Interrupted } from '../../../workflows/domain/interrupted';
import type { Problem } from '../../../workflows/domain/plan';
import { add, beginTally } from '../../../workflows/fleet/counts';

/** Above this Temporal warns. */
const WARNED = 512 * 1024;

const MANY = 50_000;

/** A name as long as PostgreSQL takes, of characters that take three bytes each. */
const name = (index: number): string => `${'字'.repeat(18)}_${String(index)}`;

function many<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const findings = (count: number): readonly Problem[] =>
  many(count, (index) => ({
    code: 'left-out',
    message: `foreign key ${name(index)} on ${name(index)}.${name(index)} stays behind`,
  }));

const sizeOf = (value: unknown): number => bytesOf(JSON.stringify(value));

describe('what goes through Temporal', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-bounds-'));
  const store = new BackupStore(path.join(folder, 'backups'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const inActivity = <T>(use: () => Promise<T>): Promise<T> =>
    new MockActivityEnvironment({ activityType: 'planMigration' }).run(use);

  it('is a plan below the limit, whose last finding names the file that has all', async () => {
    const plan = {
      problems: findings(MANY),
      warnings: findings(MANY),
      nextSteps: many(MANY, (index) => ({ statement: name(index), reason: name(index) })),
      tables: many(10_000, (index) => ({
        ...{ table: name(index), scope: 'owned' as const, rule: name(index) },
        ...{ estimatedRows: index, estimatedBytes: index, rows: index, bytes: index },
      })),
      unclaimed: many(10_000, (index) => ({ table: name(index), rows: index })),
    };
    const bounded = await inActivity(() => boundedPlan({ store }, plan));
    expect(sizeOf(bounded)).toBeLessThan(WARNED);
    expect(bounded.problems.length).toBeGreaterThan(10);
    // The tables with most rows are those that stay.
    expect(bounded.tables[0]).toMatchObject({ rows: 9_999 });
    const [, unshown = '', steps = ''] =
      /^Do the (\d+) next steps .*: all of them are in (.*)\.$/.exec(
        wordsOfStep(bounded.nextSteps.at(-1) ?? { action: '', reason: '' }),
      ) ?? [];
    expect(Number(unshown)).toBe(MANY - bounded.nextSteps.length + 1);
    expect(JSON.parse(readFileSync(steps, 'utf8'))).toMatchObject({ nextSteps: plan.nextSteps });
    for (const list of [bounded.problems, bounded.warnings]) {
      const last = list.at(-1)?.message ?? '';
      const [, left = '', file = ''] =
        /^(\d+) more are .*; all of them are in (.*)$/.exec(last) ?? [];
      expect(Number(left)).toBe(MANY - list.length + 1);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ problems: plan.problems });
    }
  });

  it('is a plan as it is, with no file, if it is short', async () => {
    const fresh = new BackupStore(path.join(folder, 'fresh'));
    const plan = { problems: findings(2), warnings: findings(100) };
    expect(await inActivity(() => boundedPlan({ store: fresh }, plan))).toEqual(plan);
    expect(() => statSync(fresh.directory)).toThrow('ENOENT');
  });

  it('is a plan also where no file can be written', async () => {
    const nowhere = new BackupStore('/proc/no-such-place');
    const bounded = await inActivity(() =>
      boundedPlan({ store: nowhere }, { problems: findings(MANY) }),
    );
    expect(bounded.problems.at(-1)?.message).toContain('the backup directory cannot be written');
  });

  it('is evidence below the limit, the tables that differ first', async () => {
    const evidence = {
      tables: many(20_000, (index) => ({
        ...{ table: name(index), rows: index, equal: index < 19_990 },
        digests: { manifest: '9'.repeat(40), target: '9'.repeat(40), source: '9'.repeat(40) },
      })),
      drift: many(20_000, (index) => ({
        table: name(index),
        manifest: { rows: index, digest: '9'.repeat(40) },
      })),
      differences: many(MANY, name),
    };
    const bounded = await inActivity(() => boundedEvidence({ store }, evidence));
    expect(sizeOf(bounded)).toBeLessThan(WARNED);
    expect(bounded.tables.slice(0, 10).every(({ equal }) => !equal)).toBe(true);
    expect(bounded.differences.at(-1)).toMatch(/ more are not shown here; all of them are in /);
  });

  it('is a step, a backup and a proof below the limit', () => {
    const tables = many(20_000, (index) => ({ table: name(index), rows: index, bytes: index }));
    const step = { note: name(1).repeat(1_000), tables };
    const digests = Object.fromEntries(tables.map(({ table }) => [table, '9'.repeat(40)]));
    const backup = { ...step, digests, backupId: 'backup_a_1', backupPath: '/backups/backup_a_1' };
    expect(sizeOf(boundedStep(step))).toBeLessThan(WARNED);
    expect(sizeOf(boundedBackup(backup))).toBeLessThan(WARNED);
    expect(sizeOf(boundedProof({ state: 'absent', facts: many(MANY, name) }))).toBeLessThan(WARNED);
  });

  it('is as many interrupted runs as fit, and a word on the others', () => {
    const run = (index: number): Interrupted => ({
      ...{ workflowId: name(index), runId: name(index), workflowType: 'migrateProject' },
      ...{ project: { projectRef: 'a', databaseName: 'a' }, how: 'terminated' },
      ...{ target: { connection: 'projects' }, backupIds: [name(index)], left: [name(index)] },
      timing: { silence: 1, longestPause: 1, parkAfter: 1 },
    });
    const found = {
      interrupted: many(5_000, run),
      elsewhere: many(5_000, run),
      findings: many(MANY, name),
    };
    const bounded = boundedRuns(found);
    expect(sizeOf(bounded)).toBeLessThan(WARNED);
    expect(bounded.findings.at(-1)).toMatch(/^\d+ more runs are left for the next reconcile/);
  });

  it('is what a fleet keeps of thousands of failed projects', () => {
    const tally = many(5_000, (index) => index).reduce(
      (sum, index) =>
        add(sum, {
          ...{ projectRef: `p${String(index)}`.padEnd(63, 'x'), databaseName: 'd'.repeat(63) },
          ...{ outcome: 'refused', problems: findings(50) },
        }),
      beginTally(0),
    );
    expect(sizeOf(tally)).toBeLessThan(WARNED / 2);
  });

  it.each([
    ['a short text', 'a short text'],
    ['字'.repeat(10), '字字字字字字字字字字'],
    ['a'.repeat(40), `${'a'.repeat(27)}…`],
    ['字'.repeat(40), `${'字'.repeat(9)}…`],
    ['😀'.repeat(40), `${'😀'.repeat(6)}…`],
  ])('is a text of at most thirty bytes, cut between characters: %s', (text, cut) => {
    expect(cutText(text, 30)).toBe(cut);
    expect(Buffer.byteLength(cutText(text, 30))).toBeLessThanOrEqual(30);
    expect(bytesOf(text)).toBe(Buffer.byteLength(text));
  });
});
