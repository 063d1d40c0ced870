import type { z } from 'zod';
import { isOurs } from '../workflows/domain/issue-words';
import { LIMIT_NAMES } from '../workflows/domain/limits';
import { fieldOf, type ConfigText, type SettingPath } from './config-text';
import { knownSettings } from './known-settings';
import { suggestion } from './nearest';

/** Something that is wrong with one setting, and what would be right. */
export interface Complaint {
  readonly path: SettingPath;
  readonly words: string;
}

const WRITE_ENV =
  'write env: and the name of the environment variable that holds the URL, for example { env: MOVEOUT_SOURCE_URL }; the URL itself stays out of the file';

/** What a schema's own name for a kind of value means to people. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of settings, each "name: value"',
  record: 'a group of settings, each "name: value"',
  array: 'a list',
};

/** What a schema found wrong with a file, setting by setting, in words without the schema's own. */
export function complaintsOf(
  error: z.ZodError,
  text: ConfigText,
  schema: z.ZodType,
): readonly Complaint[] {
  return error.issues.flatMap((issue) => complaintsAbout(issue, { text, schema, above: [] }));
}

/** Each complaint in a line: `file:line:column: setting: what is wrong and what would be right`. */
export function complaintLines(complaints: readonly Complaint[], text: ConfigText): string {
  const lines = complaints.map(({ path, words }) => {
    const place = text.placeOf(path);
    return { place, line: `${place}: ${settingName(path, text)}: ${words}` };
  });
  return [...new Set(lines.map(({ line }) => line))].join('\n');
}

interface Context {
  readonly text: ConfigText;
  readonly schema: z.ZodType;
  readonly above: SettingPath;
}

function complaintsAbout(issue: z.core.$ZodIssue, context: Context): readonly Complaint[] {
  const { text, schema, above } = context;
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownSettings(schema, path);
      return issue.keys.map((key) => unknownSetting([...path, key], known));
    }
    case 'invalid_union':
      return inUnion(issue, context);
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, words: `the name ${message}` }));
    case 'invalid_value': {
      const values = issue.values.map(String);
      return [{ path, words: oneOf(values, text.valueAt(path)) }];
    }
    case 'invalid_type':
      return [{ path, words: wrongKind(issue, path, text) }];
    case 'too_small':
      return [{ path, words: isOurs(issue.message) ? issue.message : 'must not be empty' }];
    case 'custom': {
      const limit = limitIn(issue.message, path);
      return [limit ?? { path, words: withFound(issue.message, text.valueAt(path)) }];
    }
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'too_big':
      return [{ path, words: withFound(issue.message, text.valueAt(path)) }];
  }
}

/** What is wrong with one limit: they are checked as a group, which names them in its messages. */
function limitIn(message: string, path: SettingPath): Complaint | undefined {
  const [, unknown, known, words = ''] =
    /^(?:unknown limit "(.+)"|"(\w+)" (must .+))$/.exec(message) ?? [];
  if (unknown !== undefined) return unknownSetting([...path, unknown], LIMIT_NAMES);
  return known === undefined ? undefined : { path: [...path, known], words };
}

/** Of a wrong choice between alternatives, also what stands next to it is looked at. */
function inUnion(issue: z.core.$ZodIssueInvalidUnion, context: Context): readonly Complaint[] {
  const { text, schema, above } = context;
  const path = [...above, ...issue.path];
  if (issue.errors.length > 0) {
    const fewest = [...issue.errors].sort((one, other) => one.length - other.length)[0] ?? [];
    return fewest.flatMap((inner) => complaintsAbout(inner, { ...context, above: path }));
  }
  const around = path.slice(0, -1);
  const known = knownSettings(schema, around);
  const beside = Object.keys(objectAt(text, around)).filter((name) => !known.includes(name));
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return [
    { path, words: oneOf(options.map(String), text.valueAt(path)) },
    ...beside.map((name) => unknownSetting([...around, name], known)),
  ];
}

function unknownSetting(path: SettingPath, known: readonly string[]): Complaint {
  const [group] = path;
  if (group === 'connections' && path.length === 3) return { path, words: WRITE_ENV };
  const name = String(path.at(-1));
  const names = known.length === 0 ? '' : `; known here: ${known.join(', ')}`;
  return { path, words: `unknown setting${suggestion(name, known) || names}` };
}

function wrongKind(
  issue: z.core.$ZodIssueInvalidType,
  path: SettingPath,
  text: ConfigText,
): string {
  const found = text.valueAt(path);
  if (path[0] === 'connections' && path.length === 2) return WRITE_ENV;
  const right = isOurs(issue.message)
    ? issue.message
    : `must be ${KINDS[issue.expected] ?? issue.expected}`;
  if (found === undefined) return `is missing: it ${right}`;
  return withFound(right, found);
}

function oneOf(values: readonly string[], found: unknown): string {
  const right = `must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`;
  if (found === undefined) return `is missing: it ${right}`;
  const hint = typeof found === 'string' ? suggestion(found, values) : '';
  return `${withFound(right, found)}${hint}`;
}

function withFound(right: string, found: unknown): string {
  const words = foundWords(found);
  return words === '' || !right.startsWith('must ') ? right : `${right}, not ${words}`;
}

/** A value as it may be repeated; of what may hold a secret, and of long texts, only the kind. */
function foundWords(value: unknown): string {
  if (value === undefined) return '';
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') {
    if (value.includes('://')) return 'a URL';
    return value.length > 60 || /[@\n]/.test(value) ? 'this text' : JSON.stringify(value);
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a group';
}

/** A setting as people call it: entries of lists are counted from 1, and named by their ref. */
function settingName(path: SettingPath, text: ConfigText): string {
  if (path.length === 0) return 'the file';
  return path
    .map((key, index) => {
      if (typeof key !== 'number') return index === 0 ? String(key) : `.${String(key)}`;
      const ref = fieldOf(text.valueAt(path.slice(0, index + 1)), 'ref');
      const name = typeof ref === 'string' ? ` (${foundWords(ref)})` : '';
      const isLast = index === path.length - 1;
      return ` entry ${key + 1}${name}${isLast ? '' : ':'}`;
    })
    .join('')
    .replace(/: ?\./g, ': ');
}

function objectAt(text: ConfigText, path: SettingPath): object {
  const value = text.valueAt(path);
  return typeof value === 'object' && value !== null ? value : {};
}
