import { cpus, totalmem } from 'node:os';
import type { GroundResult } from './figures';

const MEGABYTE = 1024 * 1024;

/** What the figures of this machine depend on, and nothing that tells which machine it is. */
export function thisMachine(): GroundResult['machine'] {
  return {
    cores: cpus().length,
    megabytes: Math.round(totalmem() / MEGABYTE),
    node: process.versions.node,
  };
}
