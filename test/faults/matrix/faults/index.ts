import type { Fault } from '../fault';
import { REQUEST_FAULTS } from './requests';
import { terminated } from './reconciled';
import { RESOURCE_FAULTS } from './resources';
import { SERVER_FAULTS } from './servers';
import { workerKilled, workerPaused } from './workers';

/** The columns of the matrix. */
export const FAULTS: readonly Fault[] = [
  workerKilled,
  workerPaused,
  ...SERVER_FAULTS,
  ...RESOURCE_FAULTS,
  ...REQUEST_FAULTS,
  terminated,
];
