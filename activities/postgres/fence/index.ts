export { applicationName, stagingName } from './names';
export { assertLocked, busy, endOtherAttempts, readLockSession, tryLock } from './lock';
export {
  abandon,
  checkEpoch,
  claim,
  complete,
  forget,
  isMarkBelow,
  prepareMark,
  readMark,
  recordStep,
  takeEpoch,
  withdraw,
  type Claiming,
  type Mark,
} from './mark';
