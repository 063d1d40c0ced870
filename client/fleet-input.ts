import { PROJECT_REF } from '../workflows/domain/names';
import { typed, type Flags } from './flags';
import { limitsOf, numberOf } from './limits';
import { UsageError } from './usage-error';

/**
 * The input of `migrateAll` that flags ask for, but for the projects. Throws one `UsageError` that
 * names every flag whose value cannot be taken.
 */
export function fleetInput(flags: Flags): Readonly<Record<string, unknown>> {
  const { fields, problems } = limitsOf(flags);
  const all = [...problemsOfCanary(flags), ...problemsOfExcluded(flags), ...problems];
  if (all.length > 0) throw new UsageError(all.join('; '));
  const { replace, onDrift, canary, exclude } = flags;
  return {
    replace,
    onDrift,
    exclude: exclude === undefined ? undefined : refsIn(exclude),
    canary: canary === undefined ? undefined : numberOf(canary),
    limits: fields,
  };
}

/** The most that the workflow takes. */
const MOST = 1_000;

function problemsOfCanary({ canary }: Flags): readonly string[] {
  if (canary === undefined) return [];
  const value = numberOf(canary);
  if (Number.isInteger(value) && value <= MOST) return [];
  return [`${typed('canary')} must be a whole number from 0 to ${MOST}`];
}

function refsIn(list: string): readonly string[] {
  return list.split(',').map((ref) => ref.trim());
}

function problemsOfExcluded({ exclude }: Flags): readonly string[] {
  if (exclude === undefined) return [];
  return refsIn(exclude)
    .filter((ref) => !PROJECT_REF.test(ref))
    .map((ref) => `${typed('exclude')}: "${ref}" is not the ref of a project, such as project-abc`);
}
