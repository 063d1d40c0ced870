import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { UsageError } from '../../client/fault';
import { assertWritable } from '../options/read-options';
import { growthSvg } from '../picture/growth-svg';
import { seriesOf } from '../picture/series';
import { benchResult, type BenchResult } from '../result/schema';

/** `npm run bench -- picture`: how the time grows with the rows, drawn from what `--out` has written. */
export function pictureCommand(): Command {
  return new Command('picture')
    .description('Draws how the time grows with the rows, from figures that --out has written.')
    .argument('<figures...>', 'files with the figures of one project of several sizes')
    .requiredOption('--out <file>', 'the picture, as SVG')
    .action(async (files: readonly string[], { out }: { readonly out: string }) => {
      assertWritable('--out', out);
      const results: BenchResult[] = [];
      for (const file of files) results.push(await readFigures(file));
      const series = seriesOf(results);
      if (series.every(({ points }) => points.length < 2))
        throw new UsageError('the figures are of one size: growth needs two sizes or more');
      await writeFile(out, growthSvg(series));
      process.exitCode = 0;
    });
}

async function readFigures(file: string): Promise<BenchResult> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read: name a file that --out has written`);
  });
  const read = benchResult.safeParse(parsed(text));
  if (read.success) return read.data;
  throw new UsageError(
    `${file} does not hold the figures of one project: name a file that npm run bench has written by --out`,
  );
}

/** Undefined if it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
