import type { WindowState } from '../../workflows/domain/fleet';
import type { Window } from '../../workflows/domain/limits';
import { failure } from '../failure';

/** Tells whether a window is open at `now` (epoch millis), and when that changes. */
export function readWindow(window: Window, _now: number): WindowState {
  throw failure('Unexpected', window.from);
}
