export { assertToken, lockTokenForShare, advanceToken } from './fencing-token';
export { findForeignMarker } from './foreign-marker';
export { applicationName, stagingName } from './locks';
export {
  assertLeaseHeld,
  endOtherAttempts,
  findLocking,
  tryLock,
  type Locking,
  type LockNames,
} from './locks';
export {
  abandonMarker,
  takeMarker,
  completeMarker,
  deleteMarker,
  wasSuperseded,
  mayReadMarker,
  createMarkerTable,
  readMarker,
  readOpening,
  recordStep,
  restorePreviousMarker,
  type NewMarker,
  type Marker,
} from './marker';
