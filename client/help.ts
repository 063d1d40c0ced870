/** What help says below the flags. */
export const HELP = `
Exit status: 0 done and verified · 1 failed and restored, or a difference was found ·
2 invalid request or refused by the plan, nothing touched · 3 parked, an operator is needed · 130 interrupted ·
70 moveout itself failed, nothing is said about any database.

Put passwords in environment variables (MOVEOUT_SOURCE_URL, or those that the configuration names),
not on the command line.`;
