import { broken, pageWidth } from '../progress/page';

/**
 * Breaks a text at spaces into lines of the page's width: the first begins with `first`, the others with
 * as many spaces. No word is broken, nothing is left out.
 */
export function wrapped(text: string, first: string, width = pageWidth(process.stdout)): string {
  return broken(text, { first, rest: ' '.repeat(first.length), width }).join('\n');
}
