import type { Plan } from '../../workflows/domain/plan';
import { execute } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { makeEmpty, makePrepared } from '../support/harness/targets';
import { useTestbed } from '../ground/use-testbed';

/** Event triggers that refuse these commands: name, event, command. */
function refusing(...all: readonly (readonly [string, string, string])[]): string {
  // A trigger that is there already would refuse the functions of the next ones.
  return [
    ...all.map(
      ([name]) => `CREATE FUNCTION "${name}"() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not here: s3cr3t' USING ERRCODE = 'P0042'; END $$;`,
    ),
    ...all.map(
      ([name, event, tag]) =>
        `CREATE EVENT TRIGGER "${name}" ON ${event} WHEN TAG IN ('${tag}') EXECUTE FUNCTION "${name}"();`,
    ),
  ].join('\n');
}

describe('event triggers of a target that exists', () => {
  const on = useTestbed({ project: 'another for each' });
  let target: string;
  beforeEach(() => {
    target = on.project.databaseName;
  });

  /** Runs what the problems print, as it is printed. */
  async function settle({ problems }: Plan): Promise<void> {
    for (const { message } of problems)
      await execute(target, /ALTER EVENT TRIGGER.*$/s.exec(message)?.[0] ?? '');
  }

  it('that raise are named, each by itself, and the lines as printed let the project move', async () => {
    await makeEmpty(target);
    await execute(
      target,
      refusing(
        ['No ""more"" functions', 'ddl_command_end', 'CREATE FUNCTION'],
        ['guard', 'ddl_command_start', 'CREATE INDEX'],
        ['keep', 'sql_drop', 'DROP TABLE'],
        ['harmless', 'ddl_command_start', 'CREATE PUBLICATION'],
      ),
    );
    const before = await imageOf(target);
    const plan = await on.plan();
    expect(await imageOf(target)).toEqual(before);
    const messages = plan.problems.map(({ message }) => message);
    expect(plan.problems.map(({ code }) => code)).toEqual(Array(3).fill('event-trigger'));
    expect(messages).toEqual([
      expect.stringContaining('the event trigger guard refuses CREATE INDEX (SQLSTATE P0042)'),
      expect.stringContaining('the event trigger No "more" functions refuses CREATE FUNCTION'),
      expect.stringContaining('the event trigger keep refuses DROP TABLE (SQLSTATE P0042)'),
    ]);
    expect(JSON.stringify(plan)).not.toContain('s3cr3t');
    await settle(plan);
    const settled = await on.plan();
    expect(settled.problems).toEqual([]);
    expect(settled.warnings.map(({ code }) => code)).toContain('event-triggers');
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
  });

  it('that do not raise stay a warning', async () => {
    await makeEmpty(target);
    await execute(
      target,
      `CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NOTIFY schema_changed; END';
       CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch()`,
    );
    const plan = await on.plan();
    expect(plan.problems).toEqual([]);
    expect(plan.warnings.map(({ code }) => code)).toContain('event-triggers');
  });

  it('are named all together if PostgreSQL does not say which one raised', async () => {
    await makeEmpty(target);
    await execute(
      target,
      `SET check_function_bodies = off;
       CREATE FUNCTION broken() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN IF; END';
       CREATE FUNCTION idle() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER idle ON sql_drop EXECUTE FUNCTION idle();
       CREATE EVENT TRIGGER broken ON ddl_command_start EXECUTE FUNCTION broken()`,
    );
    const { problems } = await on.plan();
    expect(problems).toMatchObject([{ code: 'event-trigger' }]);
    expect(problems[0]?.message).toMatch(
      /CREATE SCHEMA is refused \(SQLSTATE 42601\), by one of the event triggers broken, idle,.* ALTER EVENT TRIGGER "broken" DISABLE; ALTER EVENT TRIGGER "idle" DISABLE;$/,
    );
  });

  it('are tried for the marker alone if the schemas stay as they are', async () => {
    await makePrepared(target);
    await execute(target, refusing(['indexes', 'ddl_command_end', 'CREATE INDEX']));
    expect((await on.plan()).problems).toEqual([]);
    await execute(target, refusing(['tables', 'ddl_command_end', 'CREATE TABLE']));
    const plan = await on.plan();
    expect(plan.problems).toMatchObject([{ code: 'event-trigger' }]);
    await settle(plan);
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
  });

  it('are not tried if something else stops the run', async () => {
    await makePrepared(target);
    await execute(
      target,
      `INSERT INTO auth.users (id) VALUES (gen_random_uuid()); ${refusing(['guard', 'ddl_command_start', 'CREATE SCHEMA'])}`,
    );
    const { problems } = await on.plan();
    expect(problems).toMatchObject([{ code: 'target-not-empty' }]);
  });
});
