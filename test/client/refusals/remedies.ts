/** What the message of a refusal names for each cause, whatever the mode: where the fault is, and what would be right. */
interface Named {
  readonly where: RegExp;
  readonly remedy: RegExp;
}

const serverAt = (address: string): RegExp =>
  new RegExp(`connection "shared" \\(${address}, URL from MOVEOUT_SOURCE_URL\\)`);
const BRING_BACK = /Bring the server back, or correct the URL of the connection/;
const NAME_ANOTHER = /Check the name in the message; create what is missing, or name something/;

/** By the name of the cause. */
const NAMED: Readonly<Record<string, Named>> = {
  'a wrong password': {
    where: serverAt('127\\.0\\.0\\.1:\\d+'),
    remedy: /"@" as %40[^]*Check the password and the grants of the role/,
  },
  'a server that is down': { where: serverAt('127\\.0\\.0\\.1:1'), remedy: BRING_BACK },
  'an unknown host': { where: serverAt('nowhere\\.invalid:\\d+'), remedy: BRING_BACK },
  'a wrong query for projects': {
    where: /projects\.query: .*\(line 1, column 21\)/,
    remedy: /Correct the setting .* and restart the worker/,
  },
  'no configured projects': {
    where: /no projects are configured|"databaseName" is missing/,
    remedy: /set projects\.list or projects\.query, or name|--database on the command line/,
  },
  'a file that is not there': {
    where: /\/nonexistent\.file: .*cannot be read .*\(ENOENT\)/,
    remedy:
      /--config or MOVEOUT_CONFIG must name one that this user can read|Correct the field named/,
  },
  'a file that cannot be used': {
    where: /unusable\.(yaml:2:1|jsonl: line 1): not valid/,
    remedy: /must be like \{"ref":|must be .* and end with a \]/,
  },
  'a wrong value of a flag': {
    where: /: --[a-z-]+/,
    remedy:
      / must (be|not be) |Allowed choices are report, fail| needs a value|of the form postgresql:/,
  },
  'a flag that nobody knows': { where: /'--nonsense'/, remedy: /see moveout [a-z -]+ --help/ },
  'no Temporal that answers': {
    where: /Temporal server at 127\.0\.0\.1:1 does not answer/,
    remedy: /start it, or check TEMPORAL_ADDRESS/,
  },
  'a fleet that nobody knows': { where: /in \/.*\/backups; /, remedy: NAME_ANOTHER },
  'a file with one project twice': {
    where: /2 projects .* "project-abc"; .* go to the database "\w+"/,
    remedy: /Correct the field named/,
  },
  'no backup of that name': { where: /in \/.*\/backups \(host .+\); /, remedy: NAME_ANOTHER },
  'no backup named': { where: /--backup is missing/, remedy: /restore needs it/ },
  'no backup to compare with': {
    where: /of project "project-abc" in \/.*\/backups /,
    remedy: NAME_ANOTHER,
  },
  'no such fleet': {
    where: /workflow id nobody/,
    remedy: /no fleet is running|running now: /,
  },
  'no limit named': { where: /fleet limits needs a limit/, remedy: /for example --concurrency=8/ },
  'no time named': { where: /--cron or --every/, remedy: /must say when the schedule runs/ },
  'no such schedule': { where: /schedule "nobody"/, remedy: /moveout schedule list shows all/ },
};

/** Expects that a message names where the fault is and what would be right. */
export function expectNamed(cause: string, said: string): void {
  const named = NAMED[cause];
  if (named === undefined)
    throw new Error(`what the message of "${cause}" has to name is not written down`);
  expect(said).toMatch(named.where);
  expect(said).toMatch(named.remedy);
}
