interface FailureKind {
  /** What happened, as the first words of a message for people. */
  readonly meaning: string;
  /** Whether another attempt of the same step can succeed without anybody acting. */
  readonly retryable: boolean;
  /** What the operator should do. */
  readonly action: string;
}

/**
 * The closed table of failures. Every error that leaves an activity carries one of these codes as
 * its Temporal failure type; the code alone decides whether Temporal retries.
 */
export const FAILURES = {
  InvalidInput: {
    meaning: 'The request is wrong',
    retryable: false,
    action: 'Correct the named field and start again.',
  },
  ConfigInvalid: {
    meaning: 'The configuration is wrong',
    retryable: false,
    action: 'Correct the named setting of the worker and start again.',
  },
  Refused: {
    meaning: 'The plan refused',
    retryable: false,
    action: 'Settle the named problems and start again; nothing was touched.',
  },
  ProjectBusy: {
    meaning: 'Another migration of this project or into this database is under way',
    retryable: false,
    action: 'Wait for it, or look at it in the Web UI.',
  },
  LockHeld: {
    meaning: 'Another run holds the lock of this project or database for now',
    retryable: true,
    action: 'Nothing; the step waits for the lock.',
  },
  TargetIsSource: {
    meaning: 'The target is a source or a reserved database',
    retryable: false,
    action: 'Name another database.',
  },
  AccessDenied: {
    meaning: 'The server refused the login or a privilege is missing',
    retryable: false,
    action: 'Check the password and the grants of the role named in the message.',
  },
  NotFound: {
    meaning: 'Something named does not exist',
    retryable: false,
    action: 'Check the name in the message.',
  },
  ServerUnavailable: {
    meaning: 'A server cannot be reached or is not ready',
    retryable: true,
    action: 'Bring the server back; the migration goes on by itself.',
  },
  ServerBusy: {
    meaning: 'A server is out of connections, memory or locks for now',
    retryable: true,
    action: 'Free the resource named; the migration goes on by itself.',
  },
  DiskFull: {
    meaning: 'A disk is full',
    retryable: false,
    action: 'Free space at the place named and start again.',
  },
  DataRejected: {
    meaning: 'PostgreSQL refused a statement or a row',
    retryable: false,
    action: 'Look at the object named and the SQLSTATE.',
  },
  SchemaDiffers: {
    meaning: 'The schema of the target is not the one recorded',
    retryable: false,
    action: 'Look at the differences named.',
  },
  BackupDamaged: {
    meaning: 'A backup is damaged or incomplete',
    retryable: false,
    action: 'Use another backup; this one cannot be trusted.',
  },
  BackupUnavailable: {
    meaning: 'The backup directory cannot be used',
    retryable: false,
    action: 'Make the directory named writable for the worker and closed to others.',
  },
  VerificationFailed: {
    meaning: 'Verification found a difference',
    retryable: false,
    action: 'Look at the tables named in the report.',
  },
  Drifted: {
    meaning: 'The source changed after the backup, and the request said to fail then',
    retryable: false,
    action: 'Stop writes to the project and start again.',
  },
  RestoreUnproved: {
    meaning: 'The restore ran but the target is not as it was',
    retryable: true,
    action: 'Look at the difference named; the restore is tried again.',
  },
  Fenced: {
    meaning: 'A later attempt has taken over',
    retryable: false,
    action: 'Nothing; this attempt wrote nothing.',
  },
  Cancelled: {
    meaning: 'Cancelled on request',
    retryable: false,
    action: 'Start it again when it should run.',
  },
  Unexpected: {
    meaning: 'Something happened that no rule names',
    retryable: false,
    action: 'Please report it with the message.',
  },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof FAILURES;

/** Tells whether a text is one of the codes of the table. */
export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code);
}
