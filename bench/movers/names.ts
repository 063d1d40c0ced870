/** Everything that the bench can measure: moveout by the format of its backup, and what others use to copy. */
export const BACKUP_FORMATS = ['copy', 'json'] as const;
export const MOVEOUT = ['moveout-copy', 'moveout-json'] as const;
export const PEERS = ['pgcopydb', 'pg_dump-directory', 'pg_dump-custom'] as const;
export const MOVERS = [...MOVEOUT, ...PEERS] as const;

export type MoverName = (typeof MOVERS)[number];
export type PeerName = (typeof PEERS)[number];
export type MoveoutName = (typeof MOVEOUT)[number];

const MOVEOUT_OF = { copy: 'moveout-copy', json: 'moveout-json' } as const;

/** moveout by the formats of its backup. */
export function formatsOf(
  formats: readonly (typeof BACKUP_FORMATS)[number][],
): readonly MoveoutName[] {
  return formats.map((format) => MOVEOUT_OF[format]);
}
