export { assertToken, lockTokenForShare, advanceToken } from './fencing-token';
export { findForeignMark } from './foreign-marker';
export { applicationName, stagingName } from './locks';
export { assertLeaseHeld, projectBusy, endOtherAttempts, findLocking, tryLock } from './locks';
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
} from './marker';
