export { checkEpoch, holdEpoch, takeEpoch } from './epoch';
export { findForeignMark } from './foreign-mark';
export { applicationName, stagingName } from './names';
export { assertLocked, busy, endOtherAttempts, findLocking, tryLock } from './lock';
export {
  abandon,
  claim,
  complete,
  forget,
  isMarkBelow,
  mayReadMark,
  prepareMark,
  readMark,
  readOpening,
  recordStep,
  withdraw,
  type Claiming,
  type Mark,
} from './mark';
