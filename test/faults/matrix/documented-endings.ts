import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../local/temporal-cli';

/** The letters in the table of docs/faults.md, by step, moment and fault. */
export function documentedEndings(): Readonly<Record<string, string>> {
  const page = readFileSync(path.join(packageRoot(), 'docs', 'faults.md'), 'utf8');
  const lines = page.split('\n').filter((line) => line.startsWith('| '));
  const [head = [], , ...rows] = lines.map(fieldsOf);
  return Object.fromEntries(
    rows.flatMap(([step = '', moment = '', ...cells]) =>
      cells.map((cell, column) => [
        `${step}, ${moment}, ${head[column + 2] ?? ''}`,
        cell.charAt(0),
      ]),
    ),
  );
}

function fieldsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((field) => field.trim());
}
