import { writeFile } from 'node:fs/promises';
import type { FleetBenchResult } from '../fleet/fleet-schema';
import type { BenchResult } from '../result/schema';
import type { ThrottleBenchResult } from '../throttle/throttle-schema';

/** Prints the figures, and writes them as JSON if a file is named. */
export async function publish(
  result: BenchResult | FleetBenchResult | ThrottleBenchResult,
  text: string,
  out: string | undefined,
): Promise<void> {
  if (out !== undefined) await writeFile(out, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${text}\n`);
}
