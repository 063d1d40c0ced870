import type { Soaked } from './wave';

/** All that the page says of a soak. */
export interface Soak {
  readonly soaked: readonly Soaked[];
  readonly happened: ReadonlyMap<string, number>;
  readonly minutes: number;
  readonly seed: string;
}

/** The soak in a few sentences. */
export function soakText({ soaked, happened, minutes, seed }: Soak): string {
  const well = soaked.filter(({ problems }) => problems.length === 0);
  const migrated = well.filter((one) => one.migrated).length;
  const parked = well.filter(({ account }) => account.wasParked).length;
  const left = soaked
    .flatMap(({ problems }) => problems)
    .filter((one) => /left over|file /.test(one));
  const mishaps = [...happened].sort().map(([name, count]) => `${name} ${count} times`);
  return [
    `${soaked.length} migrations in ${minutes.toFixed(0)} minutes on two cores, four at once in each of`,
    `two lanes, seed ${seed}: ${migrated} migrated and verified, ${well.length - migrated} restored as`,
    `they were, ${parked} of them parked on the way; ${soaked.length - well.length} lost,`,
    `${left.length} things left over. A third were cancelled or terminated at a random moment. Beside`,
    `that: ${mishaps.join(', ')}.`,
  ].join(' ');
}
