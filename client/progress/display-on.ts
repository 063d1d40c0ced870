import type { Writable } from 'node:stream';
import { barDisplay } from './bars';
import type { Display } from './display';
import { lineDisplay } from './lines';

/** Bars on a terminal, plain lines elsewhere. */
export function displayOn(out: Writable & { readonly isTTY?: boolean }): Display {
  return out.isTTY === true ? barDisplay(out) : lineDisplay(out);
}
