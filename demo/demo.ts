import { openWithOwnWorker } from '../local/embedded';
import { evidenceText } from '../client/report/evidence';
import { count } from '../client/progress/words';
import type { Session } from '../client/session';
import { deliberateFailure } from './deliberate-failure';
import { prepareGround, type Ground } from './ground';
import { interrupt, migrate } from './migration';
import { ANSWER_LOST } from '../client/print';
import { beginProgram, isOutputClosed } from '../worker/program';
import { projectsTable, say, secondsSince, title } from './words';

const TEMPORAL = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'];

const INTERRUPTED = 130;

/** What is open, newest last; closed newest first at the end, whatever it is. */
const open: (() => Promise<void>)[] = [];

async function demo(): Promise<void> {
  const begun = Date.now();
  say('moveout: one shared studio, a database of its own for each project.');
  title('1. A real PostgreSQL with a shared studio, and a real Temporal server');
  const ground = await prepareGround((each) => open.push(each));
  const { studio, port } = ground;
  const rows = Object.values(studio.rows).reduce((sum, each) => sum + each, 0);
  say(
    `PostgreSQL 15 on 127.0.0.1:${port}, filled in ${secondsSince(begun)}: ${studio.projects.length} projects, ${count(rows)} rows in one database.`,
  );
  const failure = deliberateFailure(ground);
  const session = await openLocal(ground, failure.wrap);
  say(`Temporal with its Web UI: ${session.webUi ?? ''}/namespaces/default/workflows`);
  say(`Both are up after ${secondsSince(begun)}.`);
  await show(ground, session, failure);
  title('Done');
  say(
    `Everything took ${secondsSince(begun)}. The Web UI was at ${session.webUi ?? ''}; it ends with the demo.`,
  );
  say('For your own server: npx moveout --help (in a clone: npm run --silent moveout -- --help).');
}

async function show(
  ground: Ground,
  session: Session,
  failure: ReturnType<typeof deliberateFailure>,
): Promise<void> {
  const [first, ...others] = ground.studio.projects;
  const victim = others.pop();
  if (first === undefined || victim === undefined)
    throw new Error('the studio has too few projects');
  title(`2. ${first.ref} moves into ${first.database}: every step as a durable activity`);
  const reports = [await migrate(session, first, 'steps')];
  title('3. The evidence: fingerprints of the backup, the target and the source as it is now');
  for (const report of reports) say(evidenceText(report));
  title('4. The other projects');
  for (const project of others) reports.push(await migrate(session, project, 'nothing'));
  say(projectsTable(reports));
  await failure.show(session, victim);
}

async function openLocal(
  ground: Ground,
  wrap: ReturnType<typeof deliberateFailure>['wrap'],
): Promise<Session> {
  for (const name of TEMPORAL) Reflect.deleteProperty(process.env, name);
  const opening = openWithOwnWorker({ places: { config: ground.config }, log: say, wrap });
  open.push(() =>
    opening.then(
      (session) => session.close(),
      () => undefined,
    ),
  );
  return opening;
}

async function close(): Promise<void> {
  for (const each of open.splice(0).reverse()) await each();
}

process.once('SIGINT', () => {
  process.exitCode = INTERRUPTED;
  say('\nInterrupted: ending the servers and removing the files of the demo.');
  interrupt();
});

beginProgram();
demo()
  .finally(close)
  .then(() => {
    if (process.exitCode === INTERRUPTED) return;
    const { errored } = process.stdout;
    process.exitCode = errored === null || isOutputClosed(errored) ? 0 : ANSWER_LOST;
  })
  .catch((error: unknown) => {
    if (process.exitCode === INTERRUPTED) return;
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
