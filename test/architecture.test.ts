import { builtinModules } from 'node:module';
import { importCycles } from './ground/import-cycles';
import {
  filesBelow,
  importsIn,
  importsOf,
  literalsOf,
  PRODUCT,
  textOf,
} from './ground/source-files';
import type { Import } from './ground/source-files';

const ASIDE = ['studio', 'demo', 'bench', 'test'] as const;
const DRIVER = /^(pg(-.*)?|@supabase\/.*)$/;
const EFFECT = /^@temporalio\/(activity|worker|client|testing)(\/|$)/;

// Whole statements in the lower or upper case of SQL; a sentence for people begins otherwise.
const OBJECT = String.raw`(table|database|schema|role|user|function|(unique\s+)?index|policy|type|sequence|trigger)`;
const SQL = new RegExp(
  String.raw`^\s*(select\s[\s\S]*\sfrom\s|with\s[\s\S]*\sas\s*\(|insert\s+into\s|delete\s+from\s|` +
    String.raw`update\s+\S+\s+set\s|copy\s[\s\S]*\s(from|to)\s|truncate\s|set\s+(local|session)\s|` +
    String.raw`(create|alter|drop)\s+(or\s+replace\s+)?${OBJECT}\s|(grant|revoke)\s[\s\S]*\son\s)`,
  'i',
);

const isIn = (target: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => target === folder || target.startsWith(`${folder}/`));

const isBuiltin = (target: string): boolean => builtinModules.includes(target);

function offences(imports: readonly Import[], isForbidden: (one: Import) => boolean): string[] {
  return imports.filter(isForbidden).map(({ file, target }) => `${file} imports ${target}`);
}

describe('the walls', () => {
  it('keep Node.js, effects, zod and the other folders out of the workflows', () => {
    const imports = importsIn('workflows').filter(({ file }) => !isIn(file, 'workflows/domain'));
    const found = offences(imports, ({ target, isTypeOnly }) => {
      if (isIn(target, 'activities')) return !isTypeOnly;
      const isEffect = isBuiltin(target) || EFFECT.test(target) || DRIVER.test(target);
      return isEffect || isIn(target, 'zod', 'worker', 'client', 'local', ...ASIDE);
    });
    expect(found).toEqual([]);
  });

  it('let the domain import nothing but zod and itself', () => {
    const isForeign = ({ target }: Import) => !isIn(target, 'zod', 'workflows/domain');
    expect(offences(importsIn('workflows/domain'), isForeign)).toEqual([]);
  });

  it('let the activities know the domain, not the workflows and not who asks', () => {
    const found = offences(importsIn('activities'), ({ target }) => {
      const isWorkflow = isIn(target, 'workflows') && !isIn(target, 'workflows/domain');
      return isWorkflow || isIn(target, 'worker', 'client', 'local', ...ASIDE);
    });
    expect(found).toEqual([]);
  });

  it('keep files to activities/disk among the activities', () => {
    const imports = importsIn('activities').filter(({ file }) => !isIn(file, 'activities/disk'));
    expect(offences(imports, ({ target }) => isIn(target, 'fs'))).toEqual([]);
  });

  it('keep the client from the activities, and from the worker but for what programs begin with', () => {
    const shared = ['worker/program', 'worker/environment', 'worker/misspelt-variables'];
    const found = offences(importsIn('client'), ({ target }) => {
      const isWorker = isIn(target, 'worker') && !shared.includes(target);
      return isWorker || isIn(target, 'activities', ...ASIDE);
    });
    expect(found).toEqual([]);
  });

  it('keep what runs on one machine from the activities', () => {
    const isOutside = ({ target }: Import) => isIn(target, 'activities', ...ASIDE);
    expect(offences(importsIn('local'), isOutside)).toEqual([]);
  });

  it('keep the worker from the client', () => {
    const isOutside = ({ target }: Import) => isIn(target, 'client', 'local', ...ASIDE);
    expect(offences(importsIn('worker'), isOutside)).toEqual([]);
  });
});

describe('activities/postgres', () => {
  const others = PRODUCT.flatMap((folder) => filesBelow(folder)).filter(
    (file) => !isIn(file, 'activities/postgres'),
  );

  it('is the only place that imports a PostgreSQL driver', () => {
    const imports = others.flatMap(importsOf);
    expect(offences(imports, ({ target }) => DRIVER.test(target))).toEqual([]);
  });

  it('is the only place that holds SQL', () => {
    const isSentence = (text: string) => /^\s*[A-Z][a-z]/.test(text);
    const found = others.flatMap((file) =>
      literalsOf(file)
        .filter((text) => SQL.test(text) && !isSentence(text))
        .map((text) => `${file}: ${text}`),
    );
    expect(found).toEqual([]);
  });
});

describe('the sources', () => {
  it('hold no file above 300 lines', () => {
    const files = [...PRODUCT, ...ASIDE, 'scripts'].flatMap((folder) =>
      filesBelow(folder, /\.[cm]?[jt]s$/),
    );
    expect(files).toEqual(
      expect.arrayContaining(['scripts/ready.mjs', 'workflows/domain/names.ts']),
    );
    expect(files.filter((file) => textOf(file).split('\n').length > 301)).toEqual([]);
  });

  it('import each other without a cycle', () => {
    const files = [...PRODUCT, ...ASIDE].flatMap((folder) => filesBelow(folder));
    expect(importCycles(files)).toEqual([]);
  });
});

/** What tests share when they run side by side, by the words that give it a fixed name. */
const FIXED_NAMES = [
  /\bworkflowId: '([^'$]+)'/g,
  /\bCREATE (?:DATABASE|ROLE) (\w+)\b/g,
  /\bport: (\d{3,5})\b/gi,
];

describe('the tests', () => {
  it('of two files share no workflow id, database, role or port that is fixed', () => {
    const named = filesBelow('test').flatMap((file) =>
      FIXED_NAMES.flatMap((pattern) => [
        ...new Set([...textOf(file).matchAll(pattern)].map(([, name = '']) => name)),
      ]).map((name) => ({ file, name })),
    );
    const shared = named.filter(({ file, name }) =>
      named.some((other) => other.name === name && other.file !== file),
    );
    expect(named).toContainEqual({
      file: 'test/workflows/maintenance-database.test.ts',
      name: 'hall',
    });
    expect(shared).toEqual([]);
  });
});
