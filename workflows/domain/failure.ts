interface FailureKind {
  /** What happened, as the first words of a message for people. */
  readonly meaning: string;
  /** Whether another attempt of the same step can succeed without anyone acting. */
  readonly retryable: boolean;
  /** Whether an operator can fix the cause from outside while a restore keeps trying; else the run is parked at once. */
  readonly operatorCanFix: boolean;
  /** What the operator should do. */
  readonly action: string;
}

/**
 * The closed table of failures. Every error that leaves an activity carries one of these codes as
 * its Temporal failure type; the code alone decides whether Temporal retries. docs/failures.md says
 * the same for the operator; a test compares the two.
 */
export const FAILURES = {
  InvalidInput: {
    meaning: 'The request is wrong',
    retryable: false,
    operatorCanFix: false,
    action: 'Correct the field named.',
  },
  ConfigInvalid: {
    meaning: 'The configuration is wrong',
    retryable: false,
    operatorCanFix: true,
    action: 'Correct the setting or the URL of the connection named and restart the worker.',
  },
  Refused: {
    meaning: 'The plan refused',
    retryable: false,
    operatorCanFix: false,
    action: 'Fix the problems named.',
  },
  ProjectBusy: {
    meaning: 'Another run of this project or into this database is under way',
    retryable: false,
    operatorCanFix: false,
    action: 'Wait for the other run, or cancel it, which restores.',
  },
  LockHeld: {
    meaning: 'Another run holds the lock of this project or database for now',
    retryable: true,
    operatorCanFix: true,
    action: 'Nothing; the step waits for the lock.',
  },
  TargetIsSource: {
    meaning: 'The target is a source or a reserved database',
    retryable: false,
    operatorCanFix: false,
    action: 'Name another database.',
  },
  AccessDenied: {
    meaning: 'The server refused the login or a privilege is missing',
    retryable: false,
    operatorCanFix: true,
    action: 'Check the password and the grants of the role that the worker connects as.',
  },
  NotFound: {
    meaning: 'Something named does not exist',
    retryable: false,
    operatorCanFix: true,
    action: 'Check the name in the message; create what is missing, or name something that exists.',
  },
  ServerUnavailable: {
    meaning: 'A server cannot be reached or is not ready',
    retryable: true,
    operatorCanFix: true,
    action:
      'Bring the server back, or point the connection at the one that takes writes; the run continues automatically.',
  },
  ServerBusy: {
    meaning: 'A server or the worker is short of connections, memory, files or locks for now',
    retryable: true,
    operatorCanFix: true,
    action: 'Free what is short; the run continues automatically.',
  },
  ServerDamaged: {
    meaning: 'A server cannot read or write its own files',
    retryable: false,
    operatorCanFix: true,
    action:
      'Check the log and the disks of that server, then repair it or restore it from its own backups.',
  },
  DiskFull: {
    meaning: 'A disk is full',
    retryable: false,
    operatorCanFix: true,
    action: 'Free space at the place named.',
  },
  DataRejected: {
    meaning: 'PostgreSQL refused a statement or a row',
    retryable: false,
    operatorCanFix: true,
    action: 'Look up the SQLSTATE, inspect the object named, and remove the obstacle.',
  },
  SchemaDiffers: {
    meaning: 'The schema of the target is not the one recorded',
    retryable: false,
    operatorCanFix: true,
    action:
      'Review the listed differences and revert the changes made to the target during the migration.',
  },
  BackupDamaged: {
    meaning: 'A backup is damaged or incomplete',
    retryable: false,
    operatorCanFix: false,
    action: 'Use another backup, or restore the files from a copy; this one cannot be trusted.',
  },
  NewerVersion: {
    meaning: 'It was written by a newer version of moveout',
    retryable: false,
    operatorCanFix: true,
    action: 'Use that version of moveout, or a newer one; what it wrote stays as it is.',
  },
  BackupUnavailable: {
    meaning: 'The backup directory cannot be used',
    retryable: false,
    operatorCanFix: true,
    action:
      'Mount the directory named, and make it writable for the worker and closed to other users.',
  },
  BackupUnreachable: {
    meaning: 'The backup directory does not answer for now',
    retryable: true,
    operatorCanFix: true,
    action:
      'Look at the disk or the network file system of the path named; the step is retried automatically.',
  },
  VerificationFailed: {
    meaning: 'Verification found a difference',
    retryable: false,
    operatorCanFix: false,
    action: 'Look at the tables named in the report.',
  },
  Drifted: {
    meaning: 'The source changed after the backup, and the request asked to fail in that case',
    retryable: false,
    operatorCanFix: false,
    action: 'Stop writes to the project, then start again.',
  },
  RestoreUnproved: {
    meaning: 'The restore ran but the target is not as it was',
    retryable: true,
    operatorCanFix: true,
    action:
      'Look at the difference named and at who else writes there; the restore is tried again.',
  },
  RestorePending: {
    meaning: 'The run was parked: its restore could not finish',
    retryable: false,
    operatorCanFix: false,
    action:
      'Fix the cause named, then run `moveout restore-pending` or start the migration again: both restore first.',
  },
  Abandoned: {
    meaning: 'An operator accepted the target as it stands',
    retryable: false,
    operatorCanFix: false,
    action: 'Nothing; to move the project again, start it with replace.',
  },
  Fenced: {
    meaning: 'A later attempt has taken over',
    retryable: false,
    operatorCanFix: false,
    action: 'Nothing; this attempt can no longer write.',
  },
  Cancelled: {
    meaning: 'Cancelled on request',
    retryable: false,
    operatorCanFix: false,
    action: 'Start it again if you still want it.',
  },
  Interrupted: {
    meaning: 'A run closed before what it had begun was restored',
    retryable: false,
    operatorCanFix: false,
    action: 'Run `moveout reconcile`: it restores the target and proves it.',
  },
  Unexpected: {
    meaning: 'Unexpected error',
    retryable: false,
    operatorCanFix: true,
    action:
      'It may be a bug in moveout: report it with the message and the stack from the log of the worker.',
  },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;

/** Tells whether a text is one of the codes of the table. */
export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code);
}
