import { parseSchemaSql, renderSchemaSql } from '../../../../activities/postgres/schema';
import { apply, createRoles, Databases, ddl, read, run } from './databases';

const databases = new Databases();

beforeAll(createRoles);
afterAll(() => databases.dropAll());

const NASTY = {
  preData: ['SELECT 1', '-- moveout:preData 3\nSELECT 2;\n;\n', '', "SELECT '\r\n\\ é 🙂 \t'"],
  postData: ['SELECT $x$\n-- moveout:end 0 0\n;\n$x$'],
};

describe('renderSchemaSql and parseSchemaSql', () => {
  it('give every statement back to the byte, whatever stands in it', () => {
    const text = renderSchemaSql(
      { statements: NASTY },
      { 'source\nname': 'a\n-- moveout:preData 2\nb' },
    );
    expect(parseSchemaSql(text)).toEqual(NASTY);
    expect(parseSchemaSql(renderSchemaSql({ statements: { preData: [], postData: [] } }))).toEqual({
      preData: [],
      postData: [],
    });
  });

  it('carry a schema whose target equals the source, parsed or run as one text', async () => {
    const source = await read(await databases.create(ddl('small-studio.sql')));
    const text = renderSchemaSql(source, { database: 'source', server: '15' });
    const [parsed, whole] = [await databases.create(), await databases.create()];
    await apply(parsed, parseSchemaSql(text));
    await run(whole, text);
    expect((await read(parsed)).digest).toBe(source.digest);
    expect((await read(whole)).digest).toBe(source.digest);
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, 200), 'its end is missing'],
    ['cut in its last line', (text: string) => text.slice(0, -5), 'cut short'],
    [
      'with a longer statement',
      (text: string) => text.replace('SELECT 1', 'SELECT 10'),
      'is not 8 bytes long',
    ],
    [
      'with an edited statement',
      (text: string) => text.replace('SELECT 1', 'SELECT 9'),
      'do not match',
    ],
    [
      'without one statement',
      (text: string) => text.replace('-- moveout:preData 8\nSELECT 1\n;\n', ''),
      '3 and 1 statements, 4 and 1 were written',
    ],
    ['of another program', () => 'CREATE SCHEMA auth;\n', 'its end is missing'],
    [
      'with a strange marker',
      (text: string) => text.replace('preData 8', 'during 8'),
      'is no statement',
    ],
  ])('refuse a text that is %s', (_, damage, message) => {
    const text = damage(renderSchemaSql({ statements: NASTY }));
    expect(() => parseSchemaSql(text)).toThrow('schema.sql is damaged');
    expect(() => parseSchemaSql(text)).toThrow(message);
  });
});
