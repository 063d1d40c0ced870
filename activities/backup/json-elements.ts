/** One value of a file, with the line (from 1) on which it begins. */
export interface Element {
  readonly line: number;
  readonly text: string;
}

/**
 * Takes a text apart into its lines or, where it is one JSON array, into the elements; without parsing
 * them. What is no element of an array, such as what follows its end, is given as one that is no JSON.
 */
export function jsonElements(text: string): readonly Element[] {
  if (!text.trimStart().startsWith('[')) return numbered(text.split('\n'), '\n').filter(isFilled);
  const begin = text.indexOf('[') + 1;
  const { cuts, end } = cutsIn(text, begin);
  const starts = [begin, ...cuts.map((cut) => cut + 1)];
  const parts = starts.map((start, i) => text.slice(start, cuts[i] ?? end));
  const elements = numbered([text.slice(0, begin - 1), ...parts], ',').slice(1);
  if (end < text.length && text.slice(end + 1).trim() === '')
    return elements.length === 1 ? elements.filter(isFilled) : elements;
  return [...elements, { line: text.trimEnd().split('\n').length, text: '' }];
}

const isFilled = ({ text }: Element): boolean => text.trim() !== '';

/** Gives each part the line of its first character that is no white space. */
function numbered(parts: readonly string[], separator: string): readonly Element[] {
  let line = 1;
  return parts.map((text) => {
    const blank = text.length - text.trimStart().length;
    const element = { line: line + newlines(text.slice(0, blank)), text };
    line += newlines(text) + newlines(separator);
    return element;
  });
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

/** Where the commas of an array are, and its end; the text's end where it has none. */
function cutsIn(text: string, begin: number): { readonly cuts: readonly number[]; end: number } {
  const cuts: number[] = [];
  let depth = 1;
  for (let at = begin; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',' && depth === 1) cuts.push(at);
    if (depth === 0) return { cuts, end: at };
  }
  return { cuts, end: text.length };
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}
