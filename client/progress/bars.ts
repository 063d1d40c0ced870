import type { Writable } from 'node:stream';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Display } from './display';
import { endedOf, fleetFigures } from './fleet-words';
import type { StepView } from './view';
import { figures } from './words';

const SIGNS = { waiting: ' ', running: '>', done: '+', failed: 'x' } as const;
const FORMAT = '  {sign} {step} [{bar}] {figures}';

/** One bar per step or one for a fleet, on a terminal. A step without an estimate fills its bar at its end. */
export function barDisplay(stream: Writable): Display {
  const options = { format: FORMAT, stream, hideCursor: true, clearOnComplete: false };
  const all = new MultiBar({
    ...options,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: 24,
    fps: 4,
  });
  const bars = new Map<string, SingleBar>();
  return {
    update: (steps) => {
      for (const view of steps) {
        const bar = bars.get(view.step) ?? all.create(1, 0, payloadOf(view));
        bars.set(view.step, bar);
        bar.setTotal(totalOf(view));
        bar.update(valueOf(view), payloadOf(view));
      }
      all.update();
    },
    updateFleet: (fleet, now) => {
      const bar = bars.get('fleet') ?? all.create(1, 0, fleetPayload(fleet, now));
      bars.set('fleet', bar);
      bar.setTotal(Math.max(fleet.total, 1));
      bar.update(endedOf(fleet), fleetPayload(fleet, now));
      all.update();
    },
    say: (line) => {
      all.log(`${line}\n`);
      all.update();
    },
    end: () => {
      all.stop();
    },
  };
}

function totalOf({ totalRows, rows }: StepView): number {
  return Math.max(totalRows ?? 0, rows, 1);
}

function valueOf(view: StepView): number {
  if (view.state === 'done') return totalOf(view);
  return view.totalRows === undefined ? 0 : view.rows;
}

function fleetPayload(fleet: FleetProgress, now: number): object {
  const sign = fleet.state === 'paused' ? '=' : SIGNS.running;
  return { sign, step: 'fleet'.padEnd(15), figures: fleetFigures(fleet, now) };
}

function payloadOf(view: StepView): object {
  return { sign: SIGNS[view.state], step: view.step.padEnd(15), figures: figures(view) };
}
