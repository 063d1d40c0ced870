import { execFile } from 'node:child_process';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { z } from 'zod';
import { packageRoot } from '../../local/temporal-cli';
import { textOf } from '../ground/source-files';

const start = promisify(execFile);

const packedSchema = z.tuple([
  z.object({ unpackedSize: z.number(), files: z.array(z.object({ path: z.string() })) }),
]);

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

/** What npm would pack; its prepack script builds what is missing. */
async function pack(): Promise<{ files: readonly string[]; bytes: number }> {
  const { stdout } = await start('npm', ['pack', '--dry-run', '--json'], { cwd: packageRoot() });
  const [{ files, unpackedSize }] = packedSchema.parse(JSON.parse(stdout));
  return { files: files.map(({ path: file }) => file), bytes: unpackedSize };
}

const packed = pack();

/** What the packed code and types import, but for the bundle, which holds all that it needs. */
async function imported(): Promise<readonly { file: string; specifier: string }[]> {
  const { files } = await packed;
  const code = files.filter(
    (file) => /\.(m?js|d\.ts)$/.test(file) && file !== 'dist/workflow-bundle.js',
  );
  return code.flatMap((file) =>
    ts
      .preProcessFile(textOf(file), true, true)
      .importedFiles.map(({ fileName: specifier }) => ({ file, specifier })),
  );
}

describe('the package', () => {
  it('holds nothing of the tests, the benchmark and the sources', async () => {
    const { files } = await packed;
    const foreign = /^(dist\/)?(test|bench|scripts|\.ci)\/|\.map$|\.test\.|(?<!\.d)\.ts$/;
    expect(files.filter((file) => foreign.test(file))).toEqual([]);
  });

  it.each([
    ...['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json', 'docs/configuration.md'],
    ...['dist/client/main.js', 'dist/client/migrate-project.js', 'dist/worker/main.js'],
    ...['dist/client/index.js', 'dist/client/index.d.ts', 'dist/workflow-bundle.js'],
    ...['dist/demo/demo.js', 'dist/local/embedded/keeper.js', 'local/postgres/server.mjs'],
    ...['local/postgres/releases.json', 'studio/schema/auth.sql', 'studio/fill/users.sql'],
  ])('holds %s', async (file) => {
    expect((await packed).files).toContain(file);
  });

  it('holds every image that its pages show', async () => {
    const { files } = await packed;
    const pages = files.filter((file) => file.endsWith('.md'));
    const images = pages.flatMap((page) =>
      [...textOf(page).matchAll(/!\[[^\]]*\]\(([^)#:\s]+)\)/g)].map(([, link = '']) =>
        path.posix.join(path.posix.dirname(page), link),
      ),
    );
    expect(images).not.toEqual([]);
    expect(images.filter((image) => !files.includes(image))).toEqual([]);
  });

  it('stays small', async () => {
    const { files, bytes } = await packed;
    expect(bytes).toBeLessThan(8_000_000);
    expect(files.length).toBeLessThan(700);
  });

  it('holds every file of its own that it imports', async () => {
    const { files } = await packed;
    const missing = (await imported())
      .filter(({ specifier }) => specifier.startsWith('.'))
      .filter(({ file, specifier }) => {
        const base = path.posix.join(path.posix.dirname(file), specifier);
        const ending = file.endsWith('.d.ts') ? '.d.ts' : '.js';
        const places = [base, `${base}${ending}`, `${base}/index${ending}`];
        return !places.some((place) => files.includes(place));
      });
    expect(missing).toEqual([]);
  });

  it('has types that need no package but zod', async () => {
    const foreign = (await imported())
      .filter(({ file }) => file.endsWith('.d.ts'))
      .filter(({ specifier }) => !specifier.startsWith('.') && !/^zod(?:\/|$)/.test(specifier));
    expect(foreign).toEqual([]);
  });

  it('depends on every package that it imports', async () => {
    const { dependencies, optionalDependencies } = manifestSchema.parse(
      JSON.parse(textOf('package.json')),
    );
    const known = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
    const missing = (await imported())
      .filter(({ specifier }) => !specifier.startsWith('.') && !/^(node:|moveout$)/.test(specifier))
      .filter(({ specifier }) => !builtinModules.includes(specifier))
      .filter(({ specifier }) => !known.some((one) => `${specifier}/`.startsWith(`${one}/`)));
    expect(missing).toEqual([]);
  });
});
