// Tries the package as a user gets it: packs it, installs the tarball into an empty folder, and there runs the
// demo, the commands and a TypeScript program on a real PostgreSQL and a real Temporal. Says what it did.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { startPostgres } = require('../dist/local/postgres');
const { findTemporalCli } = require('../dist/local/temporal-cli');
const { createStudio } = require('../dist/studio/studio');

const OWN = /^(?:TEMPORAL|MOVEOUT|npm|NPM)_/;

const begun = performance.now();
const say = (line) => {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`${seconds.padStart(6)} s  ${line}\n`);
};

const PROGRAM = `import { connect, follow, start, UsageError } from 'moveout';
import type { Connection, MigrateRequest, Report } from 'moveout';

export async function move(request: MigrateRequest): Promise<Report> {
  const connection: Connection = await connect();
  try {
    const run = await start(connection, 'migrateProject', request);
    const { kind } = await follow(run, { signal: AbortSignal.abort() });
    const again = await start(connection, 'migrateProject', request);
    if (kind !== 'detached' || run.isAttached || !again.isAttached) throw new Error('not attached');
    const ending = await follow(again);
    if (ending.kind === 'report') return ending.report;
    throw new Error(\`ended as \${ending.kind}\`);
  } finally {
    await connection.close();
  }
}

export async function refused(): Promise<boolean> {
  const connection = await connect();
  try {
    await start(connection, 'migrateProject', { projectRef: 'Not A Ref' });
    return false;
  } catch (error) {
    return error instanceof UsageError;
  } finally {
    await connection.close();
  }
}

export const wrong = (connection: Connection): Promise<unknown> =>
  // @ts-expect-error: a request whose field is misspelt is no request
  start(connection, 'migrateProject', { projectReff: 'project-abc' });
`;

const CALLER = `import { move, refused } from './move.mjs';
const [projectRef, databaseName, ownerUserId] = process.argv.slice(2);
const isRefused = await refused();
const { outcome, tables } = await move({ projectRef, databaseName, ownerUserId });
process.stdout.write(JSON.stringify({ isRefused, outcome, tables: tables.length }));
`;

const folder = mkdtempSync(path.join(tmpdir(), 'moveout-package-'));
const postgres = await startPostgres();
try {
  const environment = await surroundings();
  const place = path.join(folder, 'empty');
  install(place, pack(), environment);
  const there = (words) => run(['npx', '--no-install', 'moveout', ...words], place, environment);
  tryHelp(there);
  there(['demo']);
  say('moveout demo');
  await tryOwnDatabase({ place, environment });
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
say('the package works');

async function surroundings() {
  const kept = Object.entries(process.env).filter(([name]) => !OWN.test(name));
  const cli = await findTemporalCli(say);
  const PATH = [path.dirname(cli), process.env.PATH].join(path.delimiter);
  return { ...Object.fromEntries(kept), PATH };
}

function pack() {
  const said = run(['npm', 'pack', '--json', '--pack-destination', folder], root, process.env);
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(said);
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  say(`npm pack: ${entryCount} files, ${megabytes(size)}, unpacked ${megabytes(unpackedSize)}`);
  return path.join(folder, filename);
}

function install(place, tarball, environment) {
  mkdirSync(place);
  run(['npm', 'init', '-y'], place, environment);
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run(['npm', 'install', ...flags, tarball], place, environment);
  say('npm install of the tarball into an empty folder');
}

function tryHelp(there) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  assert.equal(there(['--version']), `${version}\n`);
  const help = there([]);
  assert.equal(help, there(['--help']));
  for (const name of ['demo', 'plan', 'migrate', 'verify', 'restore'])
    assert.match(help, new RegExp(`^  ${name}\\b`, 'm'));
  say('moveout, moveout --help and moveout --version');
}

async function tryOwnDatabase({ place, environment }) {
  const urlOf = (database) => postgres.url.replace(/\/postgres$/, `/${database}`);
  await ask(postgres.url, 'create database studio');
  const { projects } = await createStudio(urlOf('studio'), { projects: 2, users: 20 });
  const [first, second] = projects;
  const env = { ...environment, MOVEOUT_SOURCE_URL: urlOf('studio') };
  const there = (words) => run(['npx', '--no-install', 'moveout', ...words], place, env);
  const project = [`--project-ref=${first.ref}`, `--database=${first.database}`];
  const move = [...project, `--owner=${first.owner}`];
  assert.ok(there(['plan', ...move]).includes(first.database));
  say(`moveout plan of ${first.ref}`);
  const { outcome, backupId } = JSON.parse(there(['migrate', ...move, '--json']));
  assert.equal(outcome, 'migrated');
  const users = await ask(urlOf(first.database), 'select count(*) from auth.users');
  assert.ok(Number(users) > 0);
  say(`moveout migrate of ${first.ref}: ${users} users are in ${first.database}`);
  assert.equal(JSON.parse(there(['verify', ...project, '--json'])).outcome, 'verified');
  say('moveout verify');
  assert.equal(JSON.parse(there(['backup', ...move, '--json'])).outcome, 'backed-up');
  say('moveout backup');
  there(['restore', `--backup=${backupId}`, '--database=restored_db']);
  assert.equal(await ask(urlOf('restored_db'), 'select count(*) from auth.users'), users);
  say('moveout restore into another database');
  tryTypes(place);
  const said = run(
    [process.execPath, 'call.mjs', second.ref, second.database, second.owner],
    place,
    env,
  );
  assert.deepEqual(
    { ...JSON.parse(said), tables: 0 },
    { isRefused: true, outcome: 'migrated', tables: 0 },
  );
  assert.ok(Number(await ask(urlOf(second.database), 'select count(*) from auth.users')) > 0);
  say(`a TypeScript program moves ${second.ref}`);
}

function tryTypes(place) {
  writeFileSync(path.join(place, 'move.mts'), PROGRAM);
  writeFileSync(path.join(place, 'call.mjs'), CALLER);
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext'];
  run([process.execPath, tsc, ...strict, '--target', 'es2022', 'move.mts'], place, process.env);
  say('a TypeScript program compiles with the types of the package');
}

async function ask(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return String(rows[0]?.[0] ?? '');
  } finally {
    await client.end();
  }
}

function run([program, ...args], cwd, env) {
  const done = spawnSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.error) throw done.error;
  if (done.status === 0) return done.stdout;
  const words = [program, ...args].join(' ');
  throw new Error(`${words} ended with ${done.status}:\n${done.stdout}${done.stderr}`);
}
