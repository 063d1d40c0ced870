const VERSIONS = ['14', '15', '16', '17', '18'] as const;
export type Version = (typeof VERSIONS)[number];

/** The versions that `MOVEOUT_TEST_PAIRS` names (`14:18,16:16`); without it the installed one. */
export function versionsUnderTest(): readonly Version[] {
  const named = (process.env['MOVEOUT_TEST_PAIRS'] ?? '15')
    .split(/[,:]/)
    .map((text) => text.trim());
  return VERSIONS.filter((version) => named.includes(version));
}
