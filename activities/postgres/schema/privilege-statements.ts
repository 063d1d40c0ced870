import { parseSnapshot, type SnapshotObject } from './snapshot';

const NAME = /^privileges of (.+?) on (schema|table|sequence|view|function) (.+?)( \(.+\))?$/;

/**
 * The statements after which the second schema has the privileges of the first, if the two differ in
 * nothing else; `undefined` if they do.
 */
export function privilegeStatements(
  from: string,
  to: string,
  differences: readonly string[],
): readonly string[] | undefined {
  const [wanted, present] = [parseSnapshot(from).objects, parseSnapshot(to).objects];
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(present)])];
  const differing = names.filter(
    (name) => JSON.stringify(wanted[name]?.is) !== JSON.stringify(present[name]?.is),
  );
  const isAbout = (line: string): boolean =>
    differing.some((name) => NAME.test(name) && line.startsWith(name));
  if (differences.length === 0 || !differences.every(isAbout)) return undefined;
  const about = differing.filter((name) => differences.some((line) => line.startsWith(name)));
  const groups = new Map<string, string[]>();
  for (const name of about) {
    const [, grantee = '', kind = '', object = '', column] = NAME.exec(name) ?? [];
    if (column !== undefined) return undefined;
    const on = kind === 'view' ? 'TABLE' : kind.toUpperCase();
    for (const [verb, preposition] of changes(wanted[name], present[name])) {
      const key = `${verb} ON ${on} | ${preposition} ${role(grantee)}`;
      groups.set(key, [...(groups.get(key) ?? []), object]);
    }
  }
  return [...groups].map(([key, objects]) => key.replace('|', () => objects.join(', ')));
}

/** What is there goes first, if it is not what is wanted. */
function changes(
  wanted: SnapshotObject | undefined,
  present: SnapshotObject | undefined,
): readonly (readonly [string, string])[] {
  const gone = present === undefined ? [] : [['REVOKE ALL', 'FROM'] as const];
  const privileges = listOf(wanted?.is['privileges']);
  if (privileges.length === 0) return gone;
  return [...gone, [`GRANT ${privileges.join(', ')}`, 'TO'] as const];
}

function listOf(text: string | undefined): readonly string[] {
  if (!text?.startsWith('[')) return [];
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(String) : [];
}

function role(name: string): string {
  if (name === 'PUBLIC') return name;
  return `"${name.replaceAll('"', '""')}"`;
}
