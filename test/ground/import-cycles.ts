import { importsOf } from './source-files';

/** The cycles among the value imports of the files, each as `a → b → a`; types make no cycle. */
export function importCycles(files: readonly string[]): readonly string[] {
  const known = new Set(files);
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, above: readonly string[]): void => {
    const start = above.indexOf(file);
    if (start >= 0) cycles.push([...above.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const { target, isTypeOnly } of importsOf(file)) {
      const next = [`${target}.ts`, `${target}/index.ts`].find((name) => known.has(name));
      if (next !== undefined && !isTypeOnly) walk(next, [...above, file]);
    }
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return cycles;
}
