import {
  compareSchemas,
  parseStatements,
  renderStatements,
} from '../../../../activities/postgres/schema';
import { createStudio } from '../../../../studio/studio';
import { apply, contentOf, Databases, read, urlOf } from './databases';

const databases = new Databases();

afterAll(() => databases.dropAll());

describe('the schemas of a studio', () => {
  it('are rebuilt whole from the text of statements.json, and only the trigger that calls public stays behind', async () => {
    const source = await databases.create();
    await createStudio(urlOf(source), { projects: 1, users: 12, objects: 20 });
    const script = await read(source);
    expect(script.problems).toEqual([]);
    expect(script.leftOut.map(({ object }) => object)).toEqual([
      'trigger on_auth_user_created on auth.users',
    ]);

    const target = await databases.create();
    await apply(target, parseStatements(renderStatements(script.statements)));
    const rebuilt = await read(target);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(rebuilt.digest).toBe(script.digest);
    expect({ ...contentOf(rebuilt), leftOut: script.leftOut }).toEqual({
      ...contentOf(script),
      snapshot: rebuilt.snapshot,
    });
  });
});
