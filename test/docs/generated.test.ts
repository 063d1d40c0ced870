import type { Command } from 'commander';
import { moveoutCommand } from '../../client/commands';
import { ENVIRONMENT } from '../../worker/environment-words';
import { packageRoot } from '../../local/temporal-cli';
import { documents } from '../../scripts/docs/documents';
import { configSchema } from '../../worker/config-schema';
import { problemsOfLimits } from '../../workflows/domain/limits';
import { filesBelow, PRODUCT, textOf } from '../ground/source-files';
import { errorsOf } from './schema-errors';

describe('what npm run docs writes', () => {
  it.each(documents(packageRoot()))('$file is as it writes it now', ({ file, text }) => {
    expect(textOf(file)).toBe(text);
  });
});

describe('docs/moveout.schema.json', () => {
  const users = (rule: object): object => ({ tenancy: { users: rule } });
  it.each<[string, unknown, boolean]>([
    ['an empty file', {}, true],
    ['a setting that is not known', { tables: {}, surplus: 1 }, false],
    ['a connection that is a URL', { connections: { shared: 'postgresql://h/d' } }, false],
    ['a connection of a wrong name', { connections: { 'A b': { env: 'A' } } }, false],
    ['a tenancy of no kind', users({ by: 'email' }), false],
    ['a tenancy with a field of another kind', users({ by: 'all', key: 'ref' }), false],
    ['a tenancy by a table without its columns', users({ by: 'table', table: 'a.b' }), false],
    ['a scope without its key path', { tables: { 'auth.a': { scope: 'owned' } } }, false],
    ['projects by list and by query', { projects: { list: [], query: 'select 1' } }, false],
    ['a project without a database', { projects: { list: [{ ref: 'a' }] } }, false],
    ['a time without a unit', { timing: { silence: '15' } }, false],
    ['lengths of time', { timing: { silence: '15s', parkAfter: '2h' } }, true],
    ['a limit that is not known', { fleet: { limits: { speed: 1 } } }, false],
  ])('says the same as the reader of %s', (_what, file, isRight) => {
    expect(configSchema.safeParse(file).success).toBe(isRight);
    expect(errorsOf(file).length === 0).toBe(isRight);
  });

  const WINDOW = { from: '22:00', to: '05:00', timezone: 'Europe/Berlin' };
  it.each([
    ...[0, 1, 500, 501, 1.5, null, '4'].map((concurrency) => ({ concurrency })),
    ...[0, 1, 1.5, null].flatMap((n) => [{ perSource: n }, { perTarget: n }, { maxFailures: n }]),
    ...[-0.1, 0, 0.99, 1, null].map((maxFailureRatio) => ({ maxFailureRatio })),
    { window: null },
    { window: WINDOW },
    { window: { ...WINDOW, days: ['fri'] } },
    { window: { ...WINDOW, days: [] } },
    { window: { ...WINDOW, days: ['friday'] } },
    { window: { ...WINDOW, from: '24:00' } },
    { window: { ...WINDOW, until: '05:00' } },
    { window: { from: '22:00', to: '05:00' } },
  ])('says the same as a fleet of the limits %j', (limits) => {
    const isRight = problemsOfLimits(limits).length === 0;
    expect(errorsOf({ fleet: { limits } }).length === 0).toBe(isRight);
  });
});

describe('docs/cli.md', () => {
  const leaves = (command: Command): readonly Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  const nameOf = (command: Command): string =>
    command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
  const names = leaves(moveoutCommand()).map(nameOf);

  it.each(names)('has an example of %s that the command itself takes', async (name) => {
    const [, section = ''] = textOf('docs/cli.md').split(`\n## ${name}\n`);
    const [example = ''] =
      /(?<=```\n)(?:[A-Z_]+=\S+ )?moveout (?!.*\[options\]).*/.exec(section) ?? [];
    expect(example).toContain(name);
    const args = example.replace(/^.*?moveout /, '').match(/(?:'[^']*'|[^\s'])+/g) ?? [];
    const called: string[] = [];
    const moveout = moveoutCommand();
    for (const command of leaves(moveout)) command.action(() => void called.push(nameOf(command)));
    await moveout.parseAsync(
      args.map((one) => one.replaceAll("'", '')),
      { from: 'user' },
    );
    expect(called).toEqual([name]);
  });

  it('names every variable that the code reads', () => {
    const read = PRODUCT.flatMap((folder) => filesBelow(folder))
      .filter((file) => file !== 'worker/environment-words.ts')
      .flatMap(
        (file) =>
          textOf(file).match(/\bMOVEOUT_(?!TEST_)[A-Z_]+|\bTEMPORAL_(?:DEPLOY|WORKER)[A-Z_]+/g) ??
          [],
      );
    expect([...new Set(read)].sort()).toEqual(Object.keys(ENVIRONMENT).sort());
  });
});
