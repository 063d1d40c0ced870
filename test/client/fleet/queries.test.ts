import { readFileSync, symlinkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { packageRoot } from '../../../local/temporal-cli';
import { runProgram } from '../../../local/temporal-cli/run-program';
import { SEARCH_ATTRIBUTES } from '../../../workflows/domain/search-attributes';
import { given } from '../../ground/given';
import { until } from '../../support/until';
import { fleetPlace, type FleetPlace } from './place';

/** The projects that each list of docs/operations.md shows, by the words behind it there. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'running migrations': ['running'],
  'failed migrations': ['parked', 'restored'],
  'parked, also if restored since': ['parked'],
  'migrated since yesterday': ['elsewhere', 'migrated'],
  'the projects of one fleet': ['migrated', 'parked', 'restored', 'running'],
};

/** The fleet that docs/operations.md names. */
const FLEET = 'fleet_1795401096956_0a1b2c3d';

const LINE = /^(temporal workflow list .*\S) +# (.*)$/gm;

let place: FleetPlace;
let folder: string;

beforeAll(async () => {
  place = await fleetPlace({ workflowsPath: require.resolve('./pretend') });
  folder = mkdtempSync(path.join(tmpdir(), 'moveout-queries-'));
  symlinkSync(given('MOVEOUT_TEST_TEMPORAL_CLI'), path.join(folder, 'temporal'));
  await start('running', 'stay', {});
  await start('parked', 'fail', { outcome: 'parked' });
  await start('migrated', 'complete', { outcome: 'migrated' });
  await start('restored', 'fail', { outcome: 'restored' });
  await start('elsewhere', 'complete', { outcome: 'migrated', fleet: 'fleet_1_00000000' });
});

afterAll(async () => {
  await place.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(
  ref: string,
  end: 'complete' | 'fail' | 'stay',
  listing: Partial<Record<keyof typeof SEARCH_ATTRIBUTES, string>>,
): Promise<void> {
  const attributes = { fleet: FLEET, project: ref, ...listing };
  const names = new Map<string, string>(Object.entries(SEARCH_ATTRIBUTES));
  await place.client.workflow.start('migrateProject', {
    ...{ workflowId: `migrate-project/${ref}`, taskQueue: place.taskQueue, args: [end] },
    typedSearchAttributes: Object.entries(attributes).map(([name, value]) => ({
      key: defineSearchAttributeKey(names.get(name) ?? '', SearchAttributeType.KEYWORD),
      value,
    })),
  });
}

/** Runs a line as an operator who copied it, and gives the refs of the projects it lists. */
async function refsOf(line: string): Promise<readonly string[]> {
  const listed = await runProgram({
    file: 'env',
    args: [
      ...[`PATH=${folder}:${process.env['PATH'] ?? ''}`, 'sh', '-c'],
      `${line} --output json --address ${given('MOVEOUT_TEST_TEMPORAL_ADDRESS')} --namespace ${place.namespace}`,
    ],
    limitMs: 60_000,
  });
  const ids = listed.match(/"migrate-project\/[^"]+"/g) ?? [];
  // Each stands there twice: as itself, and as the root of its own executions.
  const refs = ids.map((id) => id.slice('"migrate-project/'.length, -1));
  return [...new Set(refs)].sort();
}

describe('the lists of docs/operations.md', () => {
  const page = readFileSync(path.join(packageRoot(), 'docs', 'operations.md'), 'utf8');
  const lines = [...page.matchAll(LINE)].map(([, line = '', what = '']) => ({ line, what }));

  it('are those of running, failed, parked and migrated projects, and of a fleet', () => {
    expect(lines.map(({ what }) => what)).toEqual(Object.keys(TOLD));
  });

  it.each(lines)('tell $what', async ({ line, what }) => {
    const told = TOLD[what] ?? [];
    // A list is up to date a moment after the run.
    await until(`${what}: ${told.join()}`, async () => {
      const refs = await refsOf(line);
      return JSON.stringify(refs) === JSON.stringify(told);
    });
  });
});
