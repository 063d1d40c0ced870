/** What help says below the flags. */
export const HELP = `
Exit status: 0 done and verified · 1 failed and everything put back, or a difference was found ·
2 wrong or refused, nothing touched · 3 parked, an operator is needed · 130 interrupted ·
70 moveout itself failed, nothing is said about any database.

Passwords belong into the environment: MOVEOUT_SOURCE_URL, or what the configuration names.`;
