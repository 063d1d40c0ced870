// Writes the types of the package's entry beside its compiled code: client/index.d.ts and the declarations
// that it needs, no others. Nothing to do if dist/ has them: a build replaces dist/, without them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = path.join(root, 'client', 'index.ts');

// The entry comes last, so that it is there only if all that it needs is.
if (!existsSync(path.join(root, 'dist', 'client', 'index.d.ts'))) {
  for (const [place, text] of declarations().reverse()) ts.sys.writeFile(place, text);
}

function declarations() {
  const config = path.join(root, 'tsconfig.build.json');
  const only = { declaration: true, emitDeclarationOnly: true, noCheck: true, sourceMap: false };
  const { options } = ts.getParsedCommandLineOfConfigFile(config, only, ts.sys);
  const program = ts.createProgram([entry], options);
  const found = new Map();
  const queue = [entry];
  for (const file of queue) {
    if (found.has(file)) continue;
    const [place, text] = declarationOf(program, file);
    found.set(file, [place, text]);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName.startsWith('.')) queue.push(sourceOf(file, fileName, options));
    }
  }
  return [...found.values()];
}

function declarationOf(program, file) {
  let written;
  const source = program.getSourceFile(file);
  program.emit(source, (place, text) => (written = [place, text]), undefined, true);
  if (written !== undefined) return written;
  throw new Error(`no declarations of ${path.relative(root, file)} were written`);
}

function sourceOf(file, specifier, options) {
  const { resolvedModule } = ts.resolveModuleName(specifier, file, options, ts.sys);
  return resolvedModule.resolvedFileName;
}
