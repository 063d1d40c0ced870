import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../local/temporal-cli';

/** The folders whose code is moveout itself. */
export const PRODUCT = [
  'workflows',
  'activities',
  'worker',
  'client',
  'local',
  'temporal',
] as const;

/** One import of `file`, a path from the root. */
export interface Import {
  readonly file: string;
  /** The path from the root, without extension, of a file of ours; else the package's name. */
  readonly target: string;
  readonly isTypeOnly: boolean;
}

/** The files below a folder whose names match, sorted, as paths from the root; none if it is absent. */
export function filesBelow(folder: string, named = /\.ts$/): readonly string[] {
  if (!existsSync(path.join(packageRoot(), folder))) return [];
  return readdirSync(path.join(packageRoot(), folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => named.test(name))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort();
}

/** The text of a file, given by its path from the root. */
export function textOf(file: string): string {
  return readFileSync(path.join(packageRoot(), file), 'utf8');
}

/** Every string and template literal of a file, as written, without its quotes. */
export function literalsOf(file: string): readonly string[] {
  return nodesOf(file)
    .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
    .map((node) => node.getText().slice(1, -1));
}

/** Every import of the files in the folders: static, re-exported, dynamic, required, or of a type. */
export function importsIn(...folders: readonly string[]): readonly Import[] {
  return folders.flatMap((folder) => filesBelow(folder)).flatMap(importsOf);
}

/** Every import of one file. */
export function importsOf(file: string): readonly Import[] {
  return nodesOf(file).flatMap((node) => {
    const found = specifierOf(node);
    if (found === undefined || !ts.isStringLiteralLike(found.specifier)) return [];
    const target = targetOf(file, found.specifier.text);
    return [{ file, target, isTypeOnly: found.isTypeOnly }];
  });
}

interface Specifier {
  readonly specifier: ts.Node;
  readonly isTypeOnly: boolean;
}

function specifierOf(node: ts.Node): Specifier | undefined {
  if (ts.isImportDeclaration(node)) {
    const isTypeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier, isTypeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: node.moduleSpecifier, isTypeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: node.argument.literal, isTypeOnly: true };
  }
  if (!ts.isCallExpression(node) || node.arguments[0] === undefined) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = /^require(\.resolve)?$/.test(node.expression.getText());
  return isImport || isRequire ? { specifier: node.arguments[0], isTypeOnly: false } : undefined;
}

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier.replace(/^node:/, '');
  return path.posix.join(path.posix.dirname(file), specifier).replace(/\/$/, '');
}

function nodesOf(file: string): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2022, true));
  return nodes;
}
