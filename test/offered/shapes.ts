import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Where statements stand that a plan offers, beside what the schema's own script says. */
const FOLDERS = ['activities/plan', 'activities/postgres/checks'];
const FILES = [
  'activities/postgres/catalog/databases.ts',
  'activities/postgres/schema/object-name.ts',
  'activities/postgres/schema/unsupported.ts',
];

/** What is only tried, and offered to nobody. */
const TRIED_ONLY = ['trialOf'];

const STATEMENT = /(?<=^|[:;(] |[(]|run |then )(?:ALTER|CREATE|GRANT|REVOKE|REINDEX|DROP) [^;]*/g;

/** The statements that the code can offer, each as `file: statement`, with `…` for what is put in; sorted. */
export function offeredShapes(root: string): readonly string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  return [...files, ...FILES].sort().flatMap((file) => shapesIn(root, file));
}

function shapesIn(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && TRIED_ONLY.includes(node.name?.text ?? '')) return;
    for (const one of statementsIn(textOf(node))) found.add(`${file}: ${one}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found].sort();
}

/** A literal's text; what a template or `format` puts in is `…`. */
function textOf(node: ts.Node): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  const rest = node.templateSpans.map(({ literal }) => `…${literal.text}`);
  return `${node.head.text}${rest.join('')}`;
}

function statementsIn(text: string): readonly string[] {
  const formats = [...text.matchAll(/format\('([^']*)'/g)].map(([, one = '']) => one);
  const texts = formats.length > 0 ? formats : [text];
  return texts.flatMap((one) => one.replace(/%[Is]/g, '…').match(STATEMENT) ?? []);
}
