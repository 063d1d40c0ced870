import { statSync } from 'node:fs';
import path from 'node:path';
import { newCanary, tracesOf } from '../secrets/canary';
import { Ground } from '../secrets/ground';
import { watchProcesses, type ProcessWatch } from '../secrets/process-watch';
import { runAll } from '../secrets/runs';
import { idsOf } from '../secrets/studio-of-canaries';
import { filesBelow, recordOf, watchRuns } from '../secrets/temporal-record';
import { useOwnServer } from '../support/harness/own-server';

/** In passwords and in what else a connection string and an API key can hold. */
const secret = newCanary();
/** In rows of every table and in names of files. */
const row = newCanary();
/** Put where the others must not be, to prove that they would have been found. */
const planted = newCanary();

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

let ground: Ground;
let stopPostgres: () => Promise<void>;
let watch: ProcessWatch;
let record: string;
let seen: string;
let metrics: string;

beforeAll(async () => {
  stopPostgres = await useOwnServer();
  watch = watchProcesses([secret, row]);
  ground = await Ground.open(secret, row);
  const onlooker = watchRuns(ground.client);
  await runAll(ground, secret, row);
  await onlooker.stop();
  seen = onlooker.seen();
  record = await recordOf(ground.client);
  metrics = await ground.metrics();
}, 300_000);

afterAll(async () => {
  watch.stop();
  await ground.close();
  await stopPostgres();
});

const folder = (name: string): string => ground.folder(name);

/** What of the canaries stands in something, with a name for it. */
function canariesIn(name: string, material: string | Buffer): readonly string[] {
  return [secret, row]
    .flatMap((canary) => tracesOf(canary, material))
    .map((at) => `${name}: ${at}`);
}

describe('runs of every kind, with canaries in every table and every secret', () => {
  it('end as they should, so that there is something to look at', () => {
    const ends = Object.fromEntries(
      [...ground.outcomes].map(([name, { status }]) => [name, status]),
    );
    expect(ends).toEqual({
      ...{ migrated: 0, refused: 2, equal: 0, different: 1, violates: 1, raises: 1 },
      ...{ planned: 0, 'backed up': 0, 'put back': 0, damaged: 2, 'locked out': 2, alone: 0 },
    });
    expect(ground.outcomes.get('violates')?.stdout).toContain('SQLSTATE 23514');
    expect(ground.outcomes.get('raises')?.stdout).toContain('SQLSTATE P0001');
    expect(ground.tables).toHaveLength(33);
  });

  it('leave none in what the scripts and the worker said', () => {
    expect(ground.worker.said()).toContain('"level":"trace"');
    const said = [...ground.outcomes].flatMap(([name, { stdout, stderr }]) => [
      ...canariesIn(`stdout of ${name}`, stdout),
      ...canariesIn(`stderr of ${name}`, stderr),
    ]);
    expect([...said, ...canariesIn('log of the worker', ground.worker.said())]).toEqual([]);
  });

  it('leave none in histories, memos, heartbeats and answers to queries', () => {
    expect(record).toContain('project-abc');
    expect(seen).toMatch(/heartbeatDetails|lastHeartbeat/);
    expect(canariesIn('record', record)).toEqual([]);
    expect(canariesIn('runs while they ran', seen)).toEqual([]);
  });

  it('leave none in the files of the Temporal server, its metrics, or those of a local one', () => {
    expect(metrics).toContain('# TYPE');
    expect(canariesIn('metrics', metrics)).toEqual([]);
    const files = [...filesBelow(folder('temporal')), ...filesBelow(folder('state'))];
    const names = files.map(([file]) => path.basename(file));
    expect(names.filter((name) => name === 'temporal.db')).toHaveLength(2);
    expect(files.flatMap(([file, bytes]) => canariesIn(file, bytes))).toEqual([]);
  });

  it('leave no key of a row anywhere either', async () => {
    const ids = await idsOf(ground.place);
    const texts = [record, seen, ground.worker.said(), ...filesBelow(folder('temporal')).values()];
    for (const { stdout, stderr } of ground.outcomes.values()) texts.push(stdout, stderr);
    const found = texts.flatMap(
      (text) => (typeof text === 'string' ? text : text.toString('latin1')).match(UUID) ?? [],
    );
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((id) => ids.has(id))).toEqual([]);
  });

  it('leave none in arguments of processes, nor in an environment that has no need of it', () => {
    expect(watch.seen()).toBeGreaterThan(10);
    const known = watch
      .sightings()
      .filter(({ place: at, pid }) => at === 'environ' && ground.trusted.has(pid));
    expect(known.map(({ pid }) => pid)).toContain(ground.worker.pid);
    expect(watch.sightings().filter((sighting) => !known.includes(sighting))).toEqual([]);
  });

  it('leave rows in the backups, no secret, and nothing open to others', () => {
    const files = [...filesBelow(folder('backups'))];
    expect(files.filter(([, bytes]) => tracesOf(row, bytes).length > 0)).not.toEqual([]);
    expect(
      files.flatMap(([file, bytes]) => tracesOf(secret, bytes).map((at) => [file, at])),
    ).toEqual([]);
    const open = files
      .flatMap(([file]) => [file, path.dirname(file)])
      .filter((each) => (statSync(each).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });
});

describe('the same look', () => {
  it('finds a canary that is put into a history or a memo', async () => {
    const untouched = { taskQueue: 'nobody', workflowId: 'planted' };
    const memo = { note: { deep: planted } };
    const handle = await ground.client.workflow.start('migrateProject', {
      ...untouched,
      args: [planted],
      memo,
    });
    const shown = await recordOf(ground.client);
    expect(tracesOf(planted, shown).length).toBeGreaterThan(1);
    const files = [...filesBelow(folder('temporal'))].filter(
      ([, bytes]) => tracesOf(planted, bytes).length > 0,
    );
    expect(files.map(([file]) => path.basename(file))).toContainEqual(
      expect.stringMatching(/^temporal\.db/),
    );
    await handle.terminate();
  });
});
