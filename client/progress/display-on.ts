import type { Writable } from 'node:stream';
import { barDisplay } from './bars';
import type { Display } from './display';
import { lineDisplay } from './lines';
import type { Output } from './page';

/** A terminal of this kind, or one that does not say its kind, may know no code that moves the cursor. */
const isPlain = (kind: string | undefined): boolean =>
  kind === undefined || kind === '' || kind === 'dumb';

/** Bars on a terminal of the given kind (`TERM`), plain lines elsewhere. */
export function displayOn(out: Writable & Output, kind = process.env['TERM']): Display {
  return out.isTTY === true && !isPlain(kind) ? barDisplay(out) : lineDisplay(out);
}
