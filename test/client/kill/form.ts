/** Whether every row is asked for; a plain test run has time for a few of each table. */
export const isFull = process.env['MOVEOUT_SCRIPT_KILLS'] === 'all';

/** How long one test may take, in milliseconds: it may wait for all rows before its own. */
export const LIMIT = isFull ? 3_600_000 : 240_000;
