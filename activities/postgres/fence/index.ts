export { applicationName, runPrefix, stagingName, type AttemptName } from './names';
export { busy, endEarlierAttempts, tryLock, type LockedNames } from './lock';
export {
  checkEpoch,
  claim,
  complete,
  forget,
  readMark,
  recordStep,
  takeEpoch,
  withdraw,
  type Claiming,
  type Mark,
} from './mark';
