import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../local/temporal-cli';

/** Replaces what stands between the markers of a section of docs/faults.md, and formats the file. */
export function writeSection(name: 'matrix' | 'zombies' | 'soak', text: string): void {
  const file = path.join(packageRoot(), 'docs', 'faults.md');
  const [from, to] = [`<!-- ${name}: printed -->`, `<!-- end of ${name} -->`];
  const page = readFileSync(file, 'utf8');
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`${file} has no section "${name}"`);
  const fresh = `${page.slice(0, start)}${from}\n\n${text}\n\n${page.slice(end)}`;
  writeFileSync(file, fresh);
  const prettier = path.join(packageRoot(), 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  const done = spawnSync(process.execPath, [prettier, '--write', file], { stdio: 'ignore' });
  if (done.status !== 0) throw new Error(`prettier could not format ${file}`);
}
