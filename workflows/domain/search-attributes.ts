/**
 * The search attributes of every run: at most ten keywords exist per namespace on a SQL visibility
 * store, and their values are never encrypted, so they hold names and outcomes only.
 */
export const SEARCH_ATTRIBUTES = {
  project: 'MoveoutProject',
  database: 'MoveoutDatabase',
  owner: 'MoveoutOwner',
  fleet: 'MoveoutFleet',
  outcome: 'MoveoutOutcome',
} as const;
