import {
  parseStatements,
  renderSchemaSql,
  renderStatements,
} from '../../../../activities/postgres/schema';
import { apply, createRoles, Databases, ddl, read, run } from './databases';

const databases = new Databases();

beforeAll(createRoles);
afterAll(() => databases.dropAll());

const NASTY = {
  preData: ['SELECT 1', '-- a comment\nSELECT 2;\n;\n', '', "SELECT '\r\n\\ é 🙂 \t'"],
  postData: ['SELECT $x$\n"]\n;\n$x$'],
  builds: [
    { table: 'auth."a"', name: 'é"', kind: 'index' as const, statement: 'SELECT $x$\n"]$x$' },
  ],
};

describe('renderStatements and parseStatements', () => {
  it('give every statement back to the byte, whatever stands in it', () => {
    expect(parseStatements(renderStatements(NASTY))).toEqual(NASTY);
    const none = { preData: [], postData: [], builds: [] };
    expect(parseStatements(renderStatements(none))).toEqual(none);
  });

  it('carry a schema whose target equals the source, as schema.sql does that psql runs', async () => {
    const source = await read(await databases.create(ddl('small-studio.sql')));
    const [parsed, whole] = [await databases.create(), await databases.create()];
    await apply(parsed, parseStatements(renderStatements(source.statements)));
    const header = { 'database\nname': 'a\nDROP TABLE b', server: '15' };
    await run(whole, renderSchemaSql(source.statements, header));
    expect((await read(parsed)).digest).toBe(source.digest);
    expect((await read(whole)).digest).toBe(source.digest);
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, 20)],
    ['without one half', () => '{"preData": []}'],
    ['without what can be built early', () => '{"preData": [], "postData": []}'],
    ['with a statement that is no text', () => '{"preData": [1], "postData": [], "builds": []}'],
    ['of another program', () => 'CREATE SCHEMA auth;\n'],
  ])('refuse a text that is %s', (_, damage) => {
    const text = damage(renderStatements(NASTY));
    expect(() => parseStatements(text)).toThrow(
      'statements.json does not hold the statements of a schema',
    );
  });
});
