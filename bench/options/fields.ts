import { z } from 'zod';
import { FLEET_FORMATS } from '../fleet/formats';
import { BACKUP_FORMATS, MOVERS, PEERS } from '../movers/names';

/** A whole number within bounds, as it is typed. */
function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message);
}

/** Several of the same with commas between, none twice. */
export function listOf<T>(one: z.ZodType<T, string>): z.ZodType<readonly T[], string> {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(severalOf(one));
}

function severalOf<T>(one: z.ZodType<T, string>): z.ZodType<readonly T[], string[]> {
  return z
    .array(one)
    .refine((values) => new Set(values).size === values.length, 'must not name anything twice');
}

export const users = wholeNumber(12, 5_000_000);
export const objects = wholeNumber(20, 20_000_000);
export const neighbours = wholeNumber(0, 99);
export const rounds = wholeNumber(1, 99);
/** More would fill most disks: a database each, and another one of the peer. */
export const projects = wholeNumber(1, 10_000);
/** Each statement is counted for each database. */
export const profiledProjects = wholeNumber(1, 500);
export const atATime = wholeNumber(1, 100);
export const clients = wholeNumber(1, 64);
export const rate = wholeNumber(1, 10_000);
export const quietSeconds = wholeNumber(1, 600);
export const sessionLimit = wholeNumber(0, 1_000);
export const jobs = wholeNumber(1, 16);
export const duration = z.string().regex(/^\d{1,6}(?:ms|s)$/, 'must be a time such as 500ms or 2s');
export const seed = z
  .string()
  .regex(/^[a-z0-9]{1,20}$/, 'must be 1 to 20 letters a to z and digits');
export const format = oneOf(BACKUP_FORMATS);
export const fleetFormat = oneOf(FLEET_FORMATS);
/** Names with commas, or `none`. */
export const peers = z
  .string()
  .transform((text) => (text === 'none' ? [] : text.split(',')))
  .pipe(severalOf(oneOf(PEERS)));
export const mover = oneOf(MOVERS);

/** `name=value`, several times. */
export const settings = z
  .array(z.string().regex(/^[a-z_.]+=.*$/, 'must be a setting of PostgreSQL as name=value'))
  .transform((pairs) =>
    Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  );

function oneOf<const Names extends readonly [string, ...string[]]>(
  names: Names,
): z.ZodType<Names[number], string> {
  const message = `must be one of ${names.join(', ')}`;
  return z.string().pipe(z.enum(names, message));
}
