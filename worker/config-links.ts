import type { Complaint } from './config-complaints';
import { fieldOf, type ConfigText, type SettingPath } from './config-text';
import { suggestion } from './nearest';

/**
 * What is wrong between settings, whatever else is wrong with the file: names that are no connections,
 * and projects that are named twice or go into one database.
 */
export function linkComplaints(text: ConfigText, ofItself: string): readonly Complaint[] {
  return [...unknownConnections(text, ofItself), ...duplicates(text)];
}

function unknownConnections(text: ConfigText, ofItself: string): readonly Complaint[] {
  const group = text.valueAt(['connections']);
  const isGroup = typeof group === 'object' && group !== null && !Array.isArray(group);
  if (group !== undefined && !isGroup) return [];
  const isMisspelt = group === undefined && Object.keys(objectOf(text.content)).some(isNearly);
  if (isMisspelt) return [];
  const names = isGroup ? Object.keys(group) : [ofItself];
  return namedConnections(text)
    .filter(({ name }) => !names.includes(name))
    .map(({ path, name }) => {
      const known = `the connections of the file are: ${names.join(', ')}`;
      const words = `"${name}" is not among the connections${suggestion(name, names) || `; ${known}`}`;
      return { path, words };
    });
}

/** A group that was meant to be `connections`; its complaint says so, and the names in it are not looked at. */
function isNearly(name: string): boolean {
  return suggestion(name, ['connections']) !== '';
}

interface Named {
  readonly path: SettingPath;
  readonly name: string;
}

function namedConnections(text: ConfigText): readonly Named[] {
  const fields = ['source', 'target'] as const;
  const paths = [
    ...fields.map((field) => [field]),
    ...projectsOf(text).flatMap((_, index) =>
      fields.map((field) => ['projects', 'list', index, field]),
    ),
  ];
  return paths.flatMap((path) => {
    const name = text.valueAt(path);
    return typeof name === 'string' ? [{ path, name }] : [];
  });
}

function duplicates(text: ConfigText): readonly Complaint[] {
  const target = text.valueAt(['target']) ?? text.valueAt(['source']);
  const projects = projectsOf(text);
  const keyed = (field: 'ref' | 'database', keyOf: (project: unknown) => unknown) => {
    const first = new Map<string, number>();
    return projects.flatMap((project, index): readonly Complaint[] => {
      const value = fieldOf(project, field);
      if (typeof value !== 'string') return [];
      const key = JSON.stringify([value, keyOf(project)]);
      const before = first.get(key);
      if (before === undefined) {
        first.set(key, index);
        return [];
      }
      const where = field === 'ref' ? '' : ' of the same target';
      const words = `"${value}" is the ${field}${where} of entry ${before + 1} too: each project has its own`;
      return [{ path: ['projects', 'list', index, field], words }];
    });
  };
  return [
    ...keyed('ref', () => ''),
    ...keyed('database', (project) => fieldOf(project, 'target') ?? target),
  ];
}

function projectsOf(text: ConfigText): readonly unknown[] {
  const list = text.valueAt(['projects', 'list']);
  return Array.isArray(list) ? list : [];
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
