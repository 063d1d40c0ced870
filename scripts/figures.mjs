// Prints figures of the source's shape: how many files and lines, which files serve one other file alone,
// which names are declared twice, what each activity imports in all, and circles of imports. An import of
// types alone does not count: it is gone when the program runs.
// `--json` prints them as JSON; `--names` lists the names and files behind the counts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IGNORED = new Set(['node_modules', 'dist', '.git', '.cache', 'backups', 'coverage']);

const { json, names } = parseArgs({
  options: { json: { type: 'boolean' }, names: { type: 'boolean' } },
}).values;

// A reader such as `head` that has closed the pipe wants no more.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

const all = sourceFiles(ROOT).map(readSource);
const product = all.filter(({ file }) => !file.startsWith('test/'));
const graph = new Map(product.map(({ file, imports }) => [file, imports]));
const importers = countImporters(product);
const lonely = product
  .filter(({ file }) => file.startsWith('activities/') && importers.get(file)?.size === 1)
  .map(({ file }) => file);
const doubles = declaredTwice(product);
const closures = Object.fromEntries(
  product
    .filter(({ file }) => /^activities\/[^/]+\.ts$/.test(file))
    .map(({ file }) => [file, reach(file).size]),
);
const circles = circlesOf(graph);

const figures = {
  filesOutsideTest: product.length,
  linesOutsideTest: product.reduce((sum, { lines }) => sum + lines, 0),
  filesOfTest: all.length - product.length,
  filesOfActivities: product.filter(({ file }) => file.startsWith('activities/')).length,
  filesOfClient: product.filter(({ file }) => file.startsWith('client/')).length,
  activityFilesWithOneImporter: lonely.length,
  namesDeclaredInSeveralFiles: doubles.length,
  circlesOfImports: circles.length,
  importedInAll: closures,
};

if (json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
else print();

function print() {
  for (const [name, value] of Object.entries(figures)) {
    if (typeof value === 'number') process.stdout.write(`${String(value).padStart(7)}  ${name}\n`);
  }
  process.stdout.write('\nFiles that a file at the root of activities/ imports in all:\n');
  for (const [file, size] of Object.entries(closures)) {
    process.stdout.write(`${String(size).padStart(7)}  ${file}\n`);
  }
  if (!names) return;
  const list = (title, lines) => process.stdout.write(`\n${title}:\n${lines.join('\n')}\n`);
  list('One importer alone', lonely);
  list(
    'Declared in several files',
    doubles.map(([name, files]) => `${name}: ${files.join(', ')}`),
  );
  list(
    'Circles',
    circles.map((circle) => circle.join(' ↔ ')),
  );
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name) || entry.name.startsWith('.dist-')) return [];
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(place);
    return /\.ts$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [place] : [];
  });
}

function readSource(place) {
  const text = readFileSync(place, 'utf8');
  const tree = ts.createSourceFile(place, text, ts.ScriptTarget.Latest, true);
  const declared = [];
  const imports = [];
  tree.forEachChild((node) => {
    declared.push(...namesOf(node));
    const specifier = node.moduleSpecifier?.text;
    if (specifier?.startsWith('.') && !isTypeOnly(node)) {
      imports.push(resolveImport(place, specifier));
    }
  });
  return {
    file: path.relative(ROOT, place),
    lines: text.split('\n').length - 1,
    declared,
    imports: [...new Set(imports.filter((one) => one !== undefined))],
  };
}

// Types, wherever they are, and what is exported: two of one name send a reader to the wrong file.
function namesOf(node) {
  const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported && (ts.isVariableStatement(node) || ts.isFunctionDeclaration(node))) return [];
  if (ts.isVariableStatement(node)) {
    const { declarations } = node.declarationList;
    return declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  return isDeclaration(node) && node.name ? [node.name.text] : [];
}

function isTypeOnly(node) {
  const { importClause, exportClause, isTypeOnly: isTypeExport } = node;
  if (ts.isExportDeclaration(node)) return isTypeExport || exportClause?.elements?.every(isType);
  if (importClause === undefined) return false;
  const { namedBindings } = importClause;
  return importClause.isTypeOnly || (namedBindings?.elements ?? [{}]).every(isType);
}

function isType({ isTypeOnly: only }) {
  return only === true;
}

function isDeclaration(node) {
  return [
    ts.isFunctionDeclaration,
    ts.isClassDeclaration,
    ts.isInterfaceDeclaration,
    ts.isTypeAliasDeclaration,
    ts.isEnumDeclaration,
  ].some((is) => is(node));
}

function resolveImport(from, specifier) {
  const base = path.resolve(path.dirname(from), specifier);
  const found = [`${base}.ts`, path.join(base, 'index.ts')].find((place) =>
    ts.sys.fileExists(place),
  );
  return found && path.relative(ROOT, found);
}

function countImporters(sources) {
  const found = new Map();
  for (const { file, imports } of sources) {
    for (const one of imports) found.set(one, (found.get(one) ?? new Set()).add(file));
  }
  return found;
}

function declaredTwice(sources) {
  const files = new Map();
  for (const { file, declared } of sources) {
    for (const name of new Set(declared)) files.set(name, [...(files.get(name) ?? []), file]);
  }
  return [...files].filter(([, where]) => where.length > 1).sort();
}

function reach(start) {
  const seen = new Set();
  const waiting = [...(graph.get(start) ?? [])];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || file === start) continue;
    seen.add(file);
    waiting.push(...(graph.get(file) ?? []));
  }
  return seen;
}

// Tarjan's strongly connected components.
function circlesOf(edges) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(file, Math.min(low.get(file), low.get(next)));
      } else if (stack.includes(next)) low.set(file, Math.min(low.get(file), index.get(next)));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle);
  };
  for (const file of edges.keys()) if (!index.has(file)) visit(file);
  return found;
}
