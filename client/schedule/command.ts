import type { Command } from 'commander';
import { answer } from '../outcome';
import { FLEET_FLAGS, withFlags, type FlagName, type Flags } from '../flags';
import { deleteSchedule, pauseSchedule, resumeSchedule, triggerSchedule } from './act';
import { createSchedule } from './create';
import { listSchedules } from './list';
import { withSchedules, type Act } from './reach';

interface Subcommand {
  readonly name: string;
  readonly help: string;
  readonly flags: readonly FlagName[];
  readonly act: Act;
}

const NAMED: readonly Subcommand[] = [
  {
    name: 'create',
    help: 'create a schedule that starts a fleet',
    flags: ['cron', 'every', 'file', 'of', ...FLEET_FLAGS],
    act: createSchedule,
  },
  { name: 'pause', help: 'start no fleet until it is resumed', flags: [], act: pauseSchedule },
  { name: 'resume', help: 'start fleets again', flags: [], act: resumeSchedule },
  { name: 'trigger', help: 'start its fleet now', flags: [], act: triggerSchedule },
  { name: 'delete', help: 'delete it; a fleet that runs goes on', flags: [], act: deleteSchedule },
];

/** Adds `schedule create | list | pause | resume | trigger | delete`. */
export function addSchedule(moveout: Command): void {
  const schedule = moveout
    .command('schedule')
    .description('manage Temporal Schedules that run a fleet');
  for (const { name, help, flags, act } of NAMED) {
    const command = schedule.command(name).description(help);
    command.argument('<name>', 'the schedule’s name, which is its id in Temporal');
    withFlags(command, [...flags, 'json', 'debug']).action((id: string) => reply(command, id, act));
  }
  const list = schedule.command('list').description('show every schedule of fleets');
  withFlags(list, ['json', 'debug']).action(() => reply(list, '', listSchedules));
}

async function reply(command: Command, name: string, act: Act): Promise<void> {
  const flags = command.opts<Flags>();
  await answer(flags, async () => ({
    ending: await withSchedules((place) => act(place, name, flags)),
    isInterrupted: false,
  }));
}
