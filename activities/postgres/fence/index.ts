export { applicationName, stagingName } from './names';
export { busy, endEarlierAttempts, tryLock } from './lock';
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
