import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { ConfigError } from './config-error';

/** Milliseconds between two looks. Whoever reads the file waits for several of them. */
const LOOK_EVERY = 5_000;

/** Which file, and what has to be so for the worker to be well. */
export interface HealthReport {
  /** Written again at every look that finds the worker well; gone as soon as it is not. */
  readonly file: string;
  /** Rejects, or answers `false`, if the worker cannot do its work. */
  readonly isWell: () => Promise<boolean>;
}

/**
 * Says by the age of a file whether the worker is well, until it is stopped: a process that is stuck, stopped or
 * killed writes no more. Throws a `ConfigError` if the file cannot be written.
 */
export function reportHealth({ file, isWell }: HealthReport): { readonly stop: () => void } {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const isGood = await isWell().catch(() => false);
    if (isOver) return;
    if (isGood) touch(file);
    else rmSync(file, { force: true });
    timer = setTimeout(() => void look(), LOOK_EVERY);
  };
  assertWritable(file);
  void look();
  return {
    stop: () => {
      isOver = true;
      clearTimeout(timer);
      rmSync(file, { force: true });
    },
  };
}

function assertWritable(file: string): void {
  try {
    touch(file);
    rmSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(`MOVEOUT_HEALTH_FILE: ${file} cannot be written (${code})`);
  }
}

function touch(file: string): void {
  writeFileSync(file, '', { mode: 0o600 });
  const now = new Date();
  utimesSync(file, now, now);
}
