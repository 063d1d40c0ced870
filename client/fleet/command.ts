import type { Command } from 'commander';
import { answer } from '../outcome';
import type { Ending } from '../ending';
import { LIMIT_FLAGS, withFlags, type FlagName, type Flags } from '../flags';
import { limitsOf } from '../fleet-flags';
import { UsageError } from '../fault';
import { reachTemporal } from './reach';
import { steer, type Action } from './steer';

const HELP: Readonly<Record<Action, string>> = {
  status: 'show how far a fleet is, or how it ended',
  pause: 'start no more projects until it is resumed; what runs goes on',
  resume: 'start projects again',
  stop: 'stop after the running migrations finish',
  limits: 'change the limits of a running fleet; "none" takes one away',
};

const ACTIONS = ['status', 'pause', 'resume', 'stop', 'limits'] as const;

/** Adds `fleet status | pause | resume | stop | limits`. */
export function addFleet(moveout: Command): void {
  const fleet = moveout.command('fleet').description('look at a fleet, or steer a running one');
  for (const action of ACTIONS) {
    const flags: readonly FlagName[] = action === 'limits' ? [...LIMIT_FLAGS] : [];
    const command = fleet.command(action).description(HELP[action]);
    withFlags(command, ['id', ...flags, 'json', 'debug']).action(async () => {
      const typed = command.opts<Flags>();
      await answer(typed, async () => ({
        ending: await act(action, typed),
        isInterrupted: false,
      }));
    });
  }
}

async function act(action: Action, flags: Flags): Promise<Ending> {
  const change = action === 'limits' ? changeOf(flags) : undefined;
  const { client, close } = await reachTemporal();
  try {
    return await steer(client, { action, workflowId: flags.id ?? 'migrate-all', change });
  } finally {
    await close();
  }
}

function changeOf(flags: Flags): object {
  const { fields, problems } = limitsOf(flags);
  if (problems.length > 0) throw new UsageError(problems.join('; '));
  if (Object.keys(fields).length > 0) return fields;
  throw new UsageError('fleet limits needs a limit to change, for example --concurrency=8');
}
