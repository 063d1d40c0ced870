import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { compareSchemas } from '../../../../activities/postgres/schema';
import { carriedFact, VERSION_RULES } from '../../../../activities/postgres/schema/version-rules';

/** What servers of 14 and of the version named have printed of `texts.sql`: an object's attributes. */
const attributes = z.record(z.string(), z.string());
const RECORDED = z
  .record(z.string(), z.object({ since: z.number(), older: attributes, newer: attributes }))
  .parse(JSON.parse(readFileSync(join(__dirname, 'recorded.json'), 'utf8')));

type Attributes = z.infer<typeof attributes>;

function snapshot(server: number, name: string, is: Attributes): string {
  const objects = { [name]: { is } };
  return JSON.stringify({ format: 'moveout-schema/1', server, schemas: [], objects, leftOut: {} });
}

function recorded(name: string): (typeof RECORDED)[string] {
  const found = RECORDED[name];
  if (found === undefined) throw new Error(`${name} is not recorded`);
  return found;
}

/** What the comparison says of two texts of a view of two versions. */
function compareViews(older: string, newer: string): readonly string[] {
  return compareSchemas(
    snapshot(15, 'view auth.v', { def: older }),
    snapshot(16, 'view auth.v', { def: newer }),
  );
}

describe('VERSION_RULES', () => {
  it('name what, since when and why, oldest first', () => {
    expect(VERSION_RULES.map(({ since, what }) => [since, what])).toEqual([
      [15, 'an ICU collation keeps its locale in a column of its own'],
      [16, 'columns of the only table of a view are printed without its name'],
      [16, 'XMLSERIALIZE is printed with NO INDENT'],
      [17, 'the privilege MAINTAIN on tables'],
      [17, 'NOT NULL of a domain is a constraint with a name'],
    ]);
  });

  it.each(Object.keys(RECORDED))('make %s compare equal between versions', (name) => {
    const { since, older, newer } = recorded(name);
    const [was, is] = [snapshot(14, name, older), snapshot(since, name, newer)];
    expect(compareSchemas(was, is)).toEqual([]);
    expect(compareSchemas(is, was)).toEqual([]);
    expect(compareSchemas(snapshot(since, name, older), is)).not.toEqual([]);
  });

  it.each([
    ['another column', ' SELECT t.a\n   FROM auth.t;', ' SELECT b\n   FROM auth.t;'],
    ['another table', ' SELECT t.a\n   FROM auth.t;', ' SELECT a\n   FROM auth.u;'],
    ['a literal', " SELECT 't.a'::text\n   FROM auth.t;", " SELECT 'a'::text\n   FROM auth.t;"],
    ['a quoted name', ' SELECT t."a.b"\n   FROM auth.t;', ' SELECT "t.a.b"\n   FROM auth.t;'],
    ['the whole row', ' SELECT t.*\n   FROM auth.t;', ' SELECT *\n   FROM auth.t;'],
    ['a function of a schema', ' SELECT t.f()\n   FROM auth.t;', ' SELECT f()\n   FROM auth.t;'],
    [
      'which of two tables',
      ' SELECT u.a\n   FROM auth.t,\n    auth.u;',
      ' SELECT a\n   FROM auth.t,\n    auth.u;',
    ],
    [
      'which of two joined tables',
      ' SELECT u.a\n   FROM auth.t\n     JOIN auth.u USING (id);',
      ' SELECT a\n   FROM auth.t\n     JOIN auth.u USING (id);',
    ],
    [
      'a column in a query within',
      ' SELECT t.a\n   FROM auth.t\n  WHERE (EXISTS ( SELECT 1 FROM auth.u WHERE (u.id = t.id)));',
      ' SELECT a\n   FROM auth.t\n  WHERE (EXISTS ( SELECT 1 FROM auth.u WHERE (u.id = id)));',
    ],
    [
      'a column of a union',
      ' SELECT t.a\n   FROM auth.t\nUNION\n SELECT u.a\n   FROM auth.u;',
      ' SELECT a\n   FROM auth.t\nUNION\n SELECT u.a\n   FROM auth.u;',
    ],
    [
      'whether XML is indented',
      ' SELECT XMLSERIALIZE(CONTENT t.x AS text)\n   FROM auth.t;',
      ' SELECT XMLSERIALIZE(CONTENT x AS text INDENT)\n   FROM auth.t;',
    ],
  ])('leave %s a difference', (_, older, newer) => {
    expect(compareViews(older, newer)).toHaveLength(1);
  });

  it('leave a privilege other than MAINTAIN a difference, and MAINTAIN one between equal versions', () => {
    const name = 'privileges of anon on table auth.t';
    const grants = (...privileges: string[]): Attributes => ({
      privileges: JSON.stringify(privileges),
    });
    const [some, more] = [grants('SELECT'), grants('MAINTAIN', 'SELECT')];
    expect(compareSchemas(snapshot(14, name, some), snapshot(17, name, more))).toEqual([]);
    expect(compareSchemas(snapshot(17, name, some), snapshot(17, name, more))).toHaveLength(1);
    const other = snapshot(17, name, grants('INSERT', 'SELECT'));
    expect(compareSchemas(snapshot(14, name, some), other)).toHaveLength(1);
  });

  it('take the locale of an ICU collation from where PostgreSQL 14 has it', () => {
    const id = { kind: 'collation', schema: 'auth', name: 'german' } as const;
    const of14 = { provider: 'i', locale: null, lcCollate: 'de-DE', lcCtype: 'de-DE' };
    expect(carriedFact({ id, payload: of14 })?.payload).toEqual({
      provider: 'i',
      locale: 'de-DE',
      lcCollate: null,
      lcCtype: null,
    });
    const libc = { id, payload: { ...of14, provider: 'c' } };
    expect(carriedFact(libc)).toBe(libc);
  });

  it('carry a NOT NULL of a domain with the domain, its checks apart', () => {
    const id = { kind: 'constraint', schema: 'auth', table: 'd', name: 'c' } as const;
    expect(carriedFact({ id, payload: { type: 'n', def: 'NOT NULL' } })).toBeUndefined();
    expect(carriedFact({ id, payload: { type: 'c', def: 'CHECK (true)' } })).toBeDefined();
  });
});
