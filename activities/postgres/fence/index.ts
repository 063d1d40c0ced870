export { assertToken, lockTokenForShare, advanceToken } from './epoch';
export { findForeignMark } from './foreign-mark';
export { applicationName, stagingName } from './names';
export { assertLeaseHeld, projectBusy, endOtherAttempts, findLocking, tryLock } from './lock';
export {
  abandonMarker,
  takeMarker,
  completeMarker,
  deleteMarker,
  wasSuperseded,
  mayReadMark,
  createMarkerTable,
  readMarker,
  readOpening,
  recordStep,
  restorePreviousMarker,
  type Claiming,
  type Marker,
} from './mark';
