import type { Corruption } from '../corruption';
import { ACCESS } from './access';
import { CODE } from './code';
import { CONSTRAINTS } from './constraints';
import { ROW_SETS } from './row-sets';
import { TABLES } from './tables';
import { VALUES } from './values';

/** All that is done to a target. */
export const CORRUPTIONS: readonly Corruption[] = [
  ...VALUES,
  ...ROW_SETS,
  ...TABLES,
  ...CONSTRAINTS,
  ...ACCESS,
  ...CODE,
];
