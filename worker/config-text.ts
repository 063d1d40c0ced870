import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
} from 'yaml';
import { ConfigError } from './config-error';

/** The names and positions that lead to a setting. */
export type SettingPath = readonly PropertyKey[];

/** A configuration file as it was read: what it says, and where each setting stands. */
export class ConfigText {
  readonly file: string;
  readonly content: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;

  private constructor(file: string, document: Document, lines: LineCounter) {
    this.file = file;
    this.content = document.toJS();
    this.#document = document;
    this.#lines = lines;
  }

  /** Reads a file. Throws one `ConfigError` if it cannot be read, is empty or is not YAML. */
  static read(file: string): ConfigText {
    const lines = new LineCounter();
    const document = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false });
    if (document.errors.length > 0) {
      const messages = document.errors.map(({ message, pos }) => {
        const { line, col } = lines.linePos(pos[0]);
        return `${file}:${line}:${col}: not valid YAML: ${message.split('\n')[0] ?? ''}`;
      });
      throw new ConfigError(messages.join('\n'));
    }
    const read = new ConfigText(file, document, lines);
    if (read.content === null || read.content === undefined) {
      throw new ConfigError(`${file}: the configuration file is empty`);
    }
    return read;
  }

  /** `file:line:column` of a setting; of one that is not there, where the settings around it begin. */
  placeOf(path: SettingPath): string {
    const { line, col } = this.#lines.linePos(this.#offsetOf(path));
    return `${this.file}:${line}:${col}`;
  }

  /** What the file says there. */
  valueAt(path: SettingPath): unknown {
    return path.reduce<unknown>((value, key) => fieldOf(value, key), this.content);
  }

  #offsetOf(path: SettingPath): number {
    let offset = 0;
    let node: unknown = this.#document.contents;
    for (const key of path) {
      const found = stepInto(node, key);
      if (found === undefined) return offset;
      ({ node, offset } = found);
    }
    return offset;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(
      `${file}: the configuration file cannot be read (${code}): --config or MOVEOUT_CONFIG must name one that this user can read`,
    );
  }
}

/** One step down: to the setting's name in a map, to the entry itself in a list. */
function stepInto(node: unknown, key: PropertyKey): { node: unknown; offset: number } | undefined {
  if (isSeq(node)) {
    const entry = node.items[Number(key)];
    return isNode(entry) ? { node: entry, offset: entry.range?.[0] ?? 0 } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((one) => isPair(one) && nameOf(one.key) === String(key));
  if (pair === undefined || !isNode(pair.key)) return undefined;
  return { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
}

function nameOf(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

/** A field of what may be anything; `undefined` if there is none. */
export function fieldOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}
