import type { Client } from 'pg';
import { z } from 'zod';
import { qualified } from '../identifiers';
import type { ScopedTable } from '../scope/project-scope';
import { runBatch } from '../session/batch';
import { sideBySide } from '../session/side-by-side';
import { underSavepoint } from '../session/transaction';

/** A question about the project's rows of one table that its scan can answer by a number. */
export interface Question {
  readonly table: string;
  /** SQL over one row: the bare columns of the table, or the alias `t`. It is computed once a row. */
  readonly of: string;
  readonly by: keyof typeof AGGREGATES;
}

/** What becomes of the values of all rows; without rows it is 0. */
const AGGREGATES = {
  /** How many rows fulfil a condition. */
  count: (value: string) => `count(*) FILTER (WHERE ${value})`,
  sum: (value: string) => `sum(${value})`,
  largest: (value: string) => `max(${value})`,
  /** How many rows have a value that another row has already; NULLs aside. For small values: they are sorted. */
  repeats: (value: string) => `count(${value}) - count(DISTINCT ${value})`,
} as const;

/**
 * The answer to one of the questions that were asked: 0 if the table holds no row of the project, `undefined` if
 * PostgreSQL cannot compute it.
 */
export type Answers = (question: Question) => number | undefined;

/** What a check asks in the survey, and what it makes of the answers, for which it may look again. */
export interface Inquiry<T> {
  readonly questions: readonly Question[];
  readonly conclude: (answers: Answers, client: Client) => T;
}

/** Undefined function, object or operator; no privilege on a function: what works only under another search path, or for others. */
export const NOT_TO_BE_COMPUTED = ['42883', '42704', '42501', '3F000', '42P01'];

/** Bytes of a table up to which all of it is read; of a bigger one PostgreSQL may find the project's rows by an index. */
const READ_WHOLE = 64 * 1_048_576;

/** Bytes of a table from which it is a task of its own; smaller ones go together. */
const ALONE = 8 * 1_048_576;

/** A table and the rows of it that are asked about. */
type Surveyed = Pick<ScopedTable, 'facts' | 'where'>;

/** A table and the questions about it that one statement asks. */
interface TableQuestions {
  readonly scoped: Surveyed;
  readonly questions: readonly Question[];
}

/** Tables that one session reads in one go, all of them whole or none. */
interface Task {
  readonly asked: readonly TableQuestions[];
  readonly isWhole: boolean;
}

/**
 * Answers all questions by one scan of each table they are about, on all sessions of one snapshot side by side,
 * the largest table first. Values come from the tables, never from an index, which could lie. A question that
 * cannot be computed costs its table a few scans more, and leaves the others their answers.
 */
export async function survey(
  sessions: readonly [Client, ...Client[]],
  tables: readonly Surveyed[],
  questions: readonly Question[],
): Promise<Answers> {
  const about = tables
    .map((scoped) => ({
      scoped,
      questions: questions.filter(({ table }) => table === scoped.facts.table),
    }))
    .filter((one) => one.questions.length > 0);
  if (about.length === 0) return () => 0;
  const [client] = sessions;
  const tasks = tasksOf(about, await readHeapSizes(client, about));
  const answered = await sideBySide(sessions, tasks, (session, task) =>
    readingTables(session, task.isWhole, () => answer(session, task.asked)),
  );
  const unasked = questions.map((question): Answer => [question, 0]);
  const known = new Map([...unasked, ...answered.flat()]);
  return (question) => known.get(question);
}

/**
 * Runs `use` so that PostgreSQL takes values from tables alone; if `isWhole` it finds rows by no index either. What
 * is set is taken back afterwards.
 */
export async function readingTables<T>(
  client: Client,
  isWhole: boolean,
  use: () => Promise<T>,
): Promise<T> {
  const scans = isWhole
    ? '; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off'
    : '';
  await client.query(`SAVEPOINT reading_tables; SET LOCAL enable_indexonlyscan = off${scans}`);
  const result = await use();
  await client.query('ROLLBACK TO SAVEPOINT reading_tables; RELEASE SAVEPOINT reading_tables');
  return result;
}

/**
 * Whether the rule of a table's rows goes by other tables: without indexes PostgreSQL might read these as a whole for
 * each row.
 */
export function lookElsewhere({ where }: Pick<Surveyed, 'where'>): boolean {
  return where.includes('SELECT');
}

function tasksOf(
  about: readonly TableQuestions[],
  sizes: ReadonlyMap<string, number>,
): readonly Task[] {
  const bytesOf = ({ scoped }: TableQuestions): number => sizes.get(scoped.facts.table) ?? 0;
  const isWhole = (one: TableQuestions): boolean =>
    bytesOf(one) <= READ_WHOLE && !lookElsewhere(one.scoped);
  const alone = about
    .filter((one) => bytesOf(one) > ALONE)
    .sort((a, b) => bytesOf(b) - bytesOf(a))
    .map((one) => ({ asked: [one], isWhole: isWhole(one) }));
  const small = about.filter((one) => bytesOf(one) <= ALONE);
  const together = [true, false].map((whole) => ({
    asked: small.filter((one) => isWhole(one) === whole),
    isWhole: whole,
  }));
  return [...alone, ...together.filter(({ asked }) => asked.length > 0)];
}

type Answer = readonly [question: Question, value: number | undefined];

/** All in one message; if something cannot be computed, by table, then by halves, so that only that is not. */
async function answer(
  client: Client,
  asked: readonly TableQuestions[],
): Promise<readonly Answer[]> {
  const outcome = await underSavepoint(client, NOT_TO_BE_COMPUTED, () =>
    runBatch(client, statements(asked)),
  );
  if ('result' in outcome) {
    return asked.flatMap(({ questions }, i) => readAnswers(questions, outcome.result[i]?.rows[0]));
  }
  const parts = apart(asked);
  if (parts.length === 0)
    return asked.flatMap(({ questions }) => questions.map((one) => [one, undefined] as const));
  const found: Answer[] = [];
  for (const part of parts) found.push(...(await answer(client, [part])));
  return found;
}

/** One for each table; of a single table each half of the questions; none of a single question. */
function apart(asked: readonly TableQuestions[]): readonly TableQuestions[] {
  const [first, ...more] = asked;
  if (first === undefined || more.length > 0) return asked;
  const { scoped, questions } = first;
  if (questions.length === 1) return [];
  const half = Math.ceil(questions.length / 2);
  return [questions.slice(0, half), questions.slice(half)].map((some) => ({
    scoped,
    questions: some,
  }));
}

/** Each may hold keys of the project: they come into being one by one. */
function* statements(asked: readonly TableQuestions[]): Generator<string> {
  for (const { scoped, questions } of asked) yield statement(scoped, questions);
}

/** `OFFSET 0`: else PostgreSQL would compute a value wherever it is used. */
function statement({ facts, where }: Surveyed, questions: readonly Question[]): string {
  const values = questions.map(({ of }, i) => `(${of}) AS ${nth(i)}`);
  const answers = questions.map(({ by }, i) => `${AGGREGATES[by](`r.${nth(i)}`)} AS ${nth(i)}`);
  return `SELECT ${answers.join(', ')}
    FROM (SELECT ${values.join(', ')} FROM ${qualified(facts.table)} AS t WHERE (${where}) OFFSET 0) AS r`;
}

function nth(i: number): string {
  return `value_${String(i + 1)}`;
}

const answersRow = z.record(z.string(), z.coerce.number());

function readAnswers(questions: readonly Question[], row: unknown): readonly Answer[] {
  const values = answersRow.parse(row);
  return questions.map((question, i) => [question, values[nth(i)] ?? 0] as const);
}

const sizeRow = z.object({ name: z.string(), bytes: z.coerce.number() });

/** Bytes of the tables without what was moved out of them (TOAST): what a scan reads. */
async function readHeapSizes(
  client: Client,
  about: readonly TableQuestions[],
): Promise<ReadonlyMap<string, number>> {
  const tables = about.map(({ scoped }) => scoped.facts.table);
  const result = await client.query(
    `SELECT n.name, coalesce(p.bytes, pg_relation_size(n.quoted::regclass))::text AS bytes
       FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
      CROSS JOIN LATERAL (SELECT sum(pg_relation_size(relid)) AS bytes FROM pg_partition_tree(n.quoted::regclass)) AS p`,
    [tables, tables.map(qualified)],
  );
  return new Map(
    z
      .array(sizeRow)
      .parse(result.rows)
      .map(({ name, bytes }) => [name, bytes]),
  );
}
