/** Formats of backups that a fleet can be moved with. */
export const FLEET_FORMATS = ['auto', 'json', 'copy'] as const;

export type FleetFormat = (typeof FLEET_FORMATS)[number];
