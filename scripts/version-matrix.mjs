// Migrates a project between servers of every two versions of PostgreSQL and prints what came of it.
// `--pairs=14:18,16:16` runs some of them, the source's version first; `debian-15` is Debian's package.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const RELEASES = ['14', '15', 'debian-15', '16', '17', '18'];
const IS_CELL = / from ((?:debian-)?\d+) to ((?:debian-)?\d+)$/;
const FILES = ['test/versions/matrix.test.ts', 'test/activities/postgres/schema/releases.test.ts'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));

try {
  const pairs = wantedPairs();
  const { status, tests } = runTests(pairs);
  const results = tests.filter(({ title }) => IS_CELL.test(title)).map(cellOf);
  process.stdout.write(`\n${table(pairs, results)}\n`);
  process.exitCode = status === 0 && results.length === pairs.length ? 0 : 1;
} catch (error) {
  process.stderr.write(`test:versions: ${error.message}\n`);
  process.exitCode = 2;
}

function wantedPairs() {
  const { pairs } = parseArgs({ options: { pairs: { type: 'string' } } }).values;
  if (pairs === undefined) {
    const embedded = RELEASES.filter((release) => !release.startsWith('debian-'));
    return embedded.flatMap((source) => embedded.map((target) => `${source}:${target}`));
  }
  const wanted = pairs.split(',').map((pair) => pair.trim());
  const unknown = wanted.filter((pair) => {
    const named = pair.split(':');
    return named.length !== 2 || named.some((release) => !RELEASES.includes(release));
  });
  if (unknown.length === 0) return [...new Set(wanted)];
  throw new Error(
    `--pairs=SOURCE:TARGET,… with versions of ${RELEASES.join(', ')}, not ${unknown.join(', ')}`,
  );
}

function runTests(pairs) {
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-versions-'));
  const results = path.join(folder, 'results.json');
  try {
    const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
    const args = [...FILES, '--maxWorkers=1', '--json'];
    const done = spawnSync(process.execPath, [jest, ...args, `--outputFile=${results}`], {
      cwd: ROOT,
      env: { ...process.env, MOVEOUT_TEST_PAIRS: pairs.join(',') },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const { testResults } = JSON.parse(readFileSync(results, 'utf8'));
    return { status: done.status, tests: testResults.flatMap((file) => file.assertionResults) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cellOf({ title, status, duration }) {
  const [, source, target] = IS_CELL.exec(title);
  const seconds = `${((duration ?? 0) / 1000).toFixed(1)} s`;
  const verdict = majorOf(source) > majorOf(target) ? 'refused' : seconds;
  return { pair: `${source}:${target}`, text: status === 'passed' ? verdict : 'FAILED' };
}

function majorOf(release) {
  return Number(release.replace('debian-', ''));
}

function table(pairs, results) {
  const shown = RELEASES.filter((release) =>
    pairs.some((pair) => pair.split(':').includes(release)),
  );
  const text = (pair) => results.find((result) => result.pair === pair)?.text ?? 'FAILED';
  const cell = (source, target) => {
    const pair = `${source}:${target}`;
    return (pairs.includes(pair) ? text(pair) : '').padStart(11);
  };
  const head = `source ↓ target →${shown.map((target) => target.padStart(11)).join('')}`;
  const rows = shown.map(
    (source) => `${source.padStart(17)}${shown.map((target) => cell(source, target)).join('')}`,
  );
  return [head, ...rows].join('\n');
}
