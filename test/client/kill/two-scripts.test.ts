import { urlOf } from '../../support/harness/databases';
import { actualRows, expectedRows } from '../../support/harness/expected-rows';
import { useOwnServer } from '../../support/harness/own-server';
import type { Running } from '../script';
import { markerOf, migrating, reach } from './aftermath';
import { LIMIT } from './form';
import type { Point } from './gate';
import { openGround, type Ground } from './ground';
import { Machine } from './machine';
import { LOADS } from './points';

jest.setTimeout(LIMIT);

let stopServer: () => Promise<void>;
let ground: Ground;
let machine: Machine;

beforeAll(async () => {
  stopServer = await useOwnServer();
  ground = await openGround(6);
});

afterAll(async () => {
  await ground.close();
  await stopServer();
});

beforeEach(async () => {
  machine = await Machine.open(urlOf(ground.source));
});

afterEach(() => machine.close());

const LOADING: Point = { step: 'migrateAuth', at: LOADS, withheld: 'request' };

describe('two scripts on one machine', () => {
  it('move two projects side by side', async () => {
    const projects = [ground.next(), ground.next()];
    const outcomes = await Promise.all(projects.map((project) => machine.run(migrating(project))));
    expect(outcomes).toMatchObject([{ status: 0 }, { status: 0 }]);
    for (const project of projects) await expectMigrated(project);
    expect(machine.traces).toEqual([]);
  });

  it('do one migration where both are asked for the same', async () => {
    const project = ground.next();
    const both = [machine.start(migrating(project)), machine.start(migrating(project))];
    const outcomes = await Promise.all(both.map(({ ended }) => ended));
    expect(outcomes).toMatchObject([{ status: 0 }, { status: 0 }]);
    const following = outcomes.filter(({ stderr }) => stderr.includes('is already running'));
    expect(following).toHaveLength(1);
    expect(machine.runs).toHaveLength(1);
    expect(machine.backups).toHaveLength(1);
    await expectMigrated(project);
  });

  it('are one when the first is killed: the one that follows finishes', async () => {
    const project = ground.next();
    const first = machine.start(migrating(project));
    await reach(first, machine.gate.holdAt(LOADING), LOADING);
    const second = machine.start(migrating(project));
    await said(second, 'is already running: following it');
    await machine.kill(first, 'group');
    expect(await second.ended).toMatchObject({ status: 0 });
    expect(machine.runs).toHaveLength(1);
    await expectMigrated(project);
    expect(machine.traces).toEqual([]);
  });

  it('are two when one is killed: the other goes on, the next start finishes the first', async () => {
    const [killed, other] = [ground.next(), ground.next()];
    const first = machine.start(migrating(killed));
    await reach(first, machine.gate.holdAt(LOADING), LOADING);
    const second = machine.start(migrating(other));
    const planning: Point = { step: 'planMigration', at: 'session', withheld: 'request' };
    const { release } = await reach(second, machine.gate.holdAt(planning), planning);
    await machine.kill(first, 'group');
    release();
    expect(await second.ended).toMatchObject({ status: 0 });
    await expectMigrated(other);
    // The other script's worker may have finished it already, or come only half way.
    const { status, stderr } = await machine.run(migrating(killed));
    expect(status === 0 || stderr.includes('is already migrated into')).toBe(true);
    await expectMigrated(killed);
    expect(machine.traces).toEqual([]);
  });
});

async function expectMigrated(project: { readonly ref: string; readonly target: string }) {
  expect(await actualRows(project.target)).toEqual(await expectedRows(ground.source, project.ref));
  expect(await markerOf(project.target)).toMatchObject({ state: 'completed' });
}

/** Resolves once a script has said something on stderr. */
function said({ child, ended }: Running, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = '';
    child.stderr.on('data', (chunk: Buffer) => {
      all += chunk.toString();
      if (all.includes(words)) resolve();
    });
    void ended.then(() => reject(new Error(`the script ended without "${words}":\n${all}`)));
  });
}
