/** `{rows, digest}` of one table in scope: exact to the byte, independent of the order of rows. */
export interface Fingerprint {
  readonly rows: number;
  /** The sum of 64-bit row hashes as decimal text; it exceeds what a number holds. */
  readonly digest: string;
}

/** Tells whether two fingerprints made with the same seed and projection are of equal content. */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.rows === b.rows && a.digest === b.digest;
}
