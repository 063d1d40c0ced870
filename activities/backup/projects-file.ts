import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { FAILURES } from '../../workflows/domain/failure';
import { issueWords, valueAt } from '../../workflows/domain/issue-words';
import { projectSchema, type Project } from '../../workflows/domain/request';
import { failure } from '../failure';
import { parsedJson } from './fleet-lines';
import { jsonElements, type Element } from './json-elements';
import { codeOf } from './make-folder';
import { fileProblem } from './store-failure';

/** Far more than a hundred thousand projects; a file beyond that is another file. */
const MOST_BYTES = 32 * 1024 * 1024;

/** So many wrong lines are named. */
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
    `line ${line}: ${field === '' ? wholeProblem(value) : fieldProblem(field, parsed.error, value)}`,
  );
  return undefined;
}

function fieldProblem(field: string, { issues }: z.ZodError, value: unknown): string {
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
