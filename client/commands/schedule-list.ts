import type { Client, ScheduleSummary } from '@temporalio/client';
import { Command } from 'commander';
import type { Ending } from '../ending-kinds';
import { clipped } from '../progress/fleet-words';
import { grid } from '../report/grid';
import { answerDone, type AnswerOptions } from '../outcome';
import { moment } from '../progress/words';
import { withConfiguredTemporal } from '../reach';
import { answerOptions, withOptions } from './options';

/** The command `moveout schedule list`. */
export function listCommand(): Command {
  const command = new Command('list')
    .description('show every schedule of fleets')
    .action((options: AnswerOptions) =>
      answerDone(options, () => withConfiguredTemporal(listSchedules)),
    );
  return withOptions(command, answerOptions(), 'moveout schedule list');
}

const COLUMNS = ['schedule', 'next run', 'last run', 'paused', 'note'].map((head) => ({ head }));

/** One schedule of fleets, as a list shows it. */
interface Row {
  readonly schedule: string;
  readonly nextRun?: Date | undefined;
  readonly lastRun?: Date | undefined;
  readonly isPaused: boolean;
  readonly note?: string | undefined;
}

/** Tells every schedule whose action starts a fleet, whoever created it. */
async function listSchedules(client: Client): Promise<Ending> {
  const rows: Row[] = [];
  for await (const summary of client.schedule.list()) {
    if (summary.action?.workflowType === 'migrateAll') rows.push(rowOf(summary));
  }
  const text = rows.length === 0 ? 'No schedule starts fleets.' : grid(COLUMNS, rows.map(cellsOf));
  return { kind: 'told', text: `${text}\n`, document: { schedules: rows } };
}

function rowOf({ scheduleId, state, info }: ScheduleSummary): Row {
  return {
    schedule: scheduleId,
    nextRun: info.nextActionTimes[0],
    lastRun: info.recentActions.at(-1)?.takenAt,
    isPaused: state.paused,
    note: state.note,
  };
}

function cellsOf({ schedule, nextRun, lastRun, isPaused, note }: Row): readonly string[] {
  return [
    schedule,
    isPaused ? '' : moment(nextRun),
    lastRun === undefined ? '' : moment(lastRun),
    isPaused ? 'PAUSED' : 'no',
    clipped(note ?? ''),
  ];
}
