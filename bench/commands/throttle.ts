import { Command, Option } from 'commander';
import { z } from 'zod';
import {
  clients,
  duration,
  jobs,
  rate,
  quietSeconds,
  sessionLimit,
  seed,
  users,
} from '../options/fields';
import { assertWritable, readOptions } from '../options/read-options';
import { groundOptionsOf, serverFields, serverOptions } from '../options/source-options';
import { throttleText } from '../print/throttle-text';
import { publish } from '../print/publish';
import { runInterruptibly } from '../run-interruptibly';
import { benchThrottle } from '../throttle/bench-throttle';

const fields = z.object({
  ...serverFields,
  ...{ users, seed, clients, rate, quiet: quietSeconds, jobs },
  ...{ maxActive: sessionLimit, every: duration },
});

/** `npm run bench -- throttle`: what a busy neighbour sees of a move, without a throttle and with one. */
export function throttleBenchCommand(): Command {
  const command = new Command('throttle').description(
    'Moves a project beside a busy neighbour, and says how long the transactions of that one take.',
  );
  for (const option of [...throttleOptions(), ...serverOptions()]) command.addOption(option);
  return command.action(async (typed: object) => {
    const read = readOptions(fields, typed);
    assertWritable('--out', read.out);
    const source = { users: read.users, objects: 2 * read.users, neighbours: 1, seed: read.seed };
    const { quiet, every, maxActive: maxActiveSessions, jobs: perProject } = read;
    const load = { clients: read.clients, rate: read.rate };
    const options = { ...groundOptionsOf(read), ...load, source, quiet };
    await runInterruptibly(async (run) => {
      const throttle = { maxActiveSessions, every, perProject };
      const result = await benchThrottle(run, { ...options, ...throttle });
      await publish(result, throttleText(result), read.out);
    });
  });
}

const throttleOptions = (): readonly Option[] => [
  new Option('--users <n>', 'users of the project, and of its neighbour').default('20000'),
  new Option('--seed <text>', 'the same seed and sizes give the same rows').default('1'),
  new Option('--clients <n>', 'clients of the neighbour').default('4'),
  new Option('--rate <n>', 'transactions a second of all its clients together').default('100'),
  new Option('--quiet <seconds>', 'how long it is measured while nothing is moved').default('20'),
  new Option('--max-active <n>', 'throttle.maxActiveSessions').default('0'),
  new Option('--every <time>', 'throttle.every').default('100ms'),
  new Option('--jobs <n>', 'sessions of a step while the throttle is on').default('1'),
];
