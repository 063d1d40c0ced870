import { parseArgs } from 'node:util';
import { openBench } from '../matrix/bench';
import { WORKERS } from '../matrix/faults/workers';
import { runProgram } from '../report/program';
import { writeSection } from '../report/section';
import { soakText } from './figures';
import { Random } from './random';
import { wave, type Soaked } from './wave';

const TEXT = { type: 'string' } as const;

/** How many migrations go on at once in each lane. */
const AT_ONCE = 4;

/** Migrates and migrates while things go wrong at random, and counts; `--write` prints the page. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      migrations: { ...TEXT, default: '200' },
      lanes: { ...TEXT, default: '2' },
      seed: { ...TEXT, default: '1' },
      write: { type: 'boolean', default: false },
    },
  });
  const started = Date.now();
  const happened = new Map<string, number>();
  const soaked: Soaked[] = [];
  const left = { migrations: Number(values.migrations) };
  const soakLane = async (index: number): Promise<void> => {
    const { lane, source } = await openBench(
      `soak-${index + 1}`,
      index % 2 === 0 ? 'copy' : 'json',
    );
    const random = new Random(Number(values.seed) * 1_000 + index);
    const count = (name: string): void => void happened.set(name, (happened.get(name) ?? 0) + 1);
    try {
      await lane.crew.fill(WORKERS);
      while (left.migrations > 0) {
        const size = Math.min(AT_ONCE, left.migrations);
        left.migrations -= size;
        const ended = await wave({ lane, source, random, happened: count }, size);
        soaked.push(...ended);
        for (const one of ended) process.stdout.write(`${soaked.length} ${lineOf(one)}\n`);
      }
    } finally {
      await lane.close();
    }
  };
  await Promise.all(Array.from({ length: Number(values.lanes) }, (_, index) => soakLane(index)));
  const text = soakText({
    soaked,
    happened,
    minutes: (Date.now() - started) / 60_000,
    seed: values.seed,
  });
  process.stdout.write(`${text}\n`);
  if (values.write) writeSection('soak', text);
  return soaked.every(({ problems }) => problems.length === 0);
}

function lineOf({ kind, account, problems }: Soaked): string {
  const said = `${kind}: ${account.status} ${account.outcome}${account.wasParked ? ', was parked' : ''}`;
  return problems.length === 0 ? `ok   ${said}` : [`FAIL ${said}`, ...problems].join('\n       ');
}

runProgram(main);
