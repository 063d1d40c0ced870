import type { Writable } from 'node:stream';
import type { Display } from './display';
import type { StepView } from './view';
import { figures } from './words';

const WORDS = { waiting: '', running: '…', done: 'done', failed: 'FAILED' } as const;

/** A line when a step starts, and one when it ends with what it moved. */
export function lineDisplay(out: Writable): Display {
  const shown = new Map<string, StepView['state']>();
  const say = (line: string): void => void out.write(`${line}\n`);
  return {
    update: (steps) => {
      for (const view of steps) {
        if (shown.get(view.step) === view.state) continue;
        shown.set(view.step, view.state);
        say(lineOf(view));
      }
    },
    say,
    end: () => undefined,
  };
}

function lineOf(view: StepView): string {
  const head = `  ${view.step.padEnd(15)} ${WORDS[view.state]}`;
  if (view.state === 'running') return head;
  return `${head.padEnd(24)} ${figures(view)}`;
}
