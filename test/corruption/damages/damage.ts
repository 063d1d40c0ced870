import type { Format } from '../pristine';

/** Something that is done to the folder of a backup. */
export interface Damage {
  readonly what: string;
  readonly to: (backup: DamagedBackup) => Promise<unknown>;
  /** What the refusal has to name: a file of the folder. */
  readonly names: (format: Format) => string;
}

/** The folder that is damaged, and one of the same format that is not. */
export interface DamagedBackup {
  readonly folder: string;
  readonly format: Format;
  /** A whole backup of another project. */
  readonly other: string;
}
