import type { Writable } from 'node:stream';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Display, StepView } from './display';
import { endedOf, fleetFigures } from './fleet-words';
import { brokenLines, terminalWidth, type Output } from './page';
import { figures } from './words';

const WORDS = { waiting: '', running: '…', done: 'done', failed: 'FAILED' } as const;

/** A step that is over sooner gets one line, not two. */
const WORTH_A_START_SECONDS = 1;
const REMIND_EVERY_SECONDS = 30;

/**
 * A line when a step starts, one every half minute while it goes on, and one when it ends; of a fleet
 * one whenever its state changes and every half minute. On a terminal no word is broken; in a pipe and in
 * a file a line stays whole.
 */
export function lineDisplay(out: Writable & Output): Display {
  const shown = new Map<string, string>();
  const say = (line: string): void => {
    const lines = out.isTTY === true ? brokenLines(line, terminalWidth(out)) : [line];
    out.write(`${lines.join('\n')}\n`);
  };
  return {
    update: (steps) => {
      for (const view of steps) {
        const stage = stageOf(view);
        if (stage === undefined || shown.get(view.step) === stage) continue;
        shown.set(view.step, stage);
        say(lineOf(view));
      }
    },
    updateFleet: (fleet, now) => {
      const stage = fleetStage(fleet, now);
      if (shown.get('fleet') === stage) return;
      shown.set('fleet', stage);
      say(`  ${'fleet'.padEnd(15)} ${fleetFigures(fleet, now)}`);
    },
    say,
    end: () => undefined,
  };
}

/** What a line is due for; nothing while the step is too young. */
function stageOf({ state, seconds }: StepView): string | undefined {
  if (state !== 'running') return state;
  if (seconds < WORTH_A_START_SECONDS) return undefined;
  return `running ${Math.floor(seconds / REMIND_EVERY_SECONDS)}`;
}

function lineOf(view: StepView): string {
  const head = `  ${view.step.padEnd(15)} ${WORDS[view.state]}`;
  if (view.state === 'running' && view.seconds < REMIND_EVERY_SECONDS) return head;
  return `${head.padEnd(24)} ${figures(view)}`;
}

function fleetStage(fleet: FleetProgress, now: number): string {
  const { state, startedAt, stoppedBy = '', total } = fleet;
  const isOver = total > 0 && endedOf(fleet) === total;
  const age = Math.floor((now - Date.parse(startedAt)) / 1000 / REMIND_EVERY_SECONDS);
  return [state, stoppedBy, isOver, age].join(' ');
}
