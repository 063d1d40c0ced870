import type { Problem } from './plan';

/**
 * What goes through Temporal is bounded: it warns of a payload above 512 KiB and refuses one above 2 MiB. A payload
 * has several lists, so each gets a share of the 512.
 */
export interface Share {
  readonly most: number;
  /** Of the list as JSON in UTF-8. */
  readonly bytes: number;
}

export const FINDINGS: Share = { most: 100, bytes: 60_000 };
export const TABLES: Share = { most: 1_000, bytes: 150_000 };
export const ROWS_OF_TABLES: Share = { most: 200, bytes: 40_000 };

/** The longest message, in bytes: of a finding, and of a failure. */
export const LONGEST_MESSAGE = 2_000;

/** The first of a list, as many as fit into the share. */
export function fitting<T>(list: readonly T[], { most, bytes }: Share): readonly T[] {
  const kept: T[] = [];
  let used = 0;
  for (const one of list.slice(0, most)) {
    used += bytesOf(JSON.stringify(one)) + 1;
    if (used > bytes) break;
    kept.push(one);
  }
  return kept;
}

/** A text of at most this many bytes; one that was longer ends with an ellipsis. */
export function cutText(text: string, bytes = LONGEST_MESSAGE): string {
  if (text.length * 3 <= bytes || bytesOf(text) <= bytes) return text;
  let used = bytesOf('…');
  let kept = '';
  for (const character of text) {
    used += bytesOf(character);
    if (used > bytes) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Findings that fit, each message cut; if any is left out, a last one says how many and where all of them are. */
export function boundedFindings(found: readonly Problem[], whole?: string): readonly Problem[] {
  const cut = found.map((one) => ({ ...one, message: cutText(one.message) }));
  const kept = fitting(cut, FINDINGS);
  if (kept.length === found.length) return cut;
  return [...kept, { code: 'more', message: moreOf(found.length - kept.length, whole) }];
}

/** Plain words that fit, each cut; if any is left out, a last one says how many and where all of them are. */
export function boundedWords(words: readonly string[], whole?: string): readonly string[] {
  const cut = words.map((one) => cutText(one));
  const kept = fitting(cut, FINDINGS);
  if (kept.length === words.length) return cut;
  return [...kept, moreOf(words.length - kept.length, whole)];
}

/** Whether findings go through Temporal as they are. */
export function areBounded(found: readonly Problem[]): boolean {
  const isShort = found.every(({ message }) => cutText(message) === message);
  return isShort && fitting(found, FINDINGS).length === found.length;
}

function moreOf(count: number, whole: string | undefined): string {
  const where = whole === undefined ? '' : `; all of them are in ${whole}`;
  return `${count} more are not shown here${where}`;
}

/** Bytes of a text in UTF-8, without an encoder: workflows have none that is quick. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair counts for two of its four bytes.
    const isHalf = unit >= 0xd800 && unit <= 0xdfff;
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isHalf ? 2 : 3;
  }
  return bytes;
}
