import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { FAILURES } from '../../../workflows/domain/failure';
import { issueWords, valueAt } from '../../../workflows/domain/issue-words';
import { projectSchema, type Project } from '../../../workflows/domain/request';
import { failure } from '../../runtime/failure';
import { parsedJson } from './inventory';
import { codeOf } from '../private-folder';
import { fileProblem } from '../fs-errors';

/** Far more than a hundred thousand projects; a file beyond that is another file. */
const MOST_BYTES = 32 * 1024 * 1024;

/** At most this many wrong lines are named. */
const NAMED = 5;

/**
 * Reads the projects that a file lists, JSON lines or one JSON array, by a path that may be relative to
 * the worker's folder. What is wrong is one `InvalidInput` that names lines and fields, and holds
 * nothing else of the file: it may be any file.
 */
export async function readProjectsFile(file: string): Promise<readonly Project[]> {
  const path = resolve(file);
  const elements = jsonElements(textOf(await readBounded(path), path));
  if (elements.length === 0) throw refused(path, 'it lists no project');
  const wrong: string[] = [];
  const projects = elements.flatMap((element) => {
    const project = projectIn(element, wrong);
    return project === undefined ? [] : [project];
  });
  if (wrong.length === 0) return projects;
  const more = wrong.length > NAMED ? `; ${wrong.length - NAMED} more` : '';
  throw refused(path, `${wrong.slice(0, NAMED).join('; ')}${more}`);
}

function projectIn({ line, text }: Element, wrong: string[]): Project | undefined {
  const value = parsedJson(text);
  const parsed = projectSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  wrong.push(
    `line ${line}: ${field === '' ? wholeProblem(value) : fieldProblem(field, parsed.error.issues, value)}`,
  );
  return undefined;
}

function fieldProblem(field: string, issues: readonly z.core.$ZodIssue[], value: unknown): string {
  return issues
    .slice(0, 1)
    .map((issue) => {
      const found = valueAt(value, issue.path);
      return found === undefined
        ? `"${field}" is missing`
        : `"${field}" ${issueWords(issue, found)}`;
    })
    .join('');
}

/** Without the names of unknown fields: they are what the file holds. */
function wholeProblem(value: unknown): string {
  const example = '{"ref":"project-abc","database":"project_abc_db","owner":"user-123"}';
  if (value === undefined) return `not valid JSON; it must be like ${example}`;
  if (typeof value !== 'object' || value === null) return `not an object such as ${example}`;
  return 'a field other than ref, database, owner, source and target';
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      if (!(await handle.stat()).isFile()) throw refused(path, 'it is not a file');
      const buffer = Buffer.alloc(MOST_BYTES + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (bytesRead === 0) return buffer.subarray(0, length);
        if (length > MOST_BYTES) throw refused(path, `it is larger than ${MOST_BYTES} bytes`);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === '') throw error;
    const { code, words } = fileProblem(error, path);
    if (FAILURES[code].retryable) throw failure(code, words);
    throw refused(path, `it cannot be read by the worker (${codeOf(error)})`);
  }
}

function textOf(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused(path, 'it is not UTF-8 text');
  }
}

function refused(path: string, what: string): Error {
  return failure('InvalidInput', `"file" ${path}: ${what}`);
}

/** One value of a file, with the line (from 1) on which it begins. */
export interface Element {
  readonly line: number;
  readonly text: string;
}

/**
 * Takes a text apart into its lines or, if it is one JSON array, into the elements; without parsing
 * them. What is no element of an array, such as what follows its end, is given as one that is no JSON.
 */
function jsonElements(text: string): readonly Element[] {
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

/** Where the commas of an array are, and its end; the text's end if it has none. */
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
