import { z } from 'zod';
import type { SettingPath } from './config-text';

/** The names that a schema knows at a path; of alternatives, those of all of them. */
export function knownSettings(schema: unknown, path: SettingPath): readonly string[] {
  const [key, ...rest] = path;
  const bare = unwrapped(schema);
  if (bare instanceof z.ZodDiscriminatedUnion) {
    return [...new Set(bare.options.flatMap((option) => knownSettings(option, path)))];
  }
  if (key === undefined) return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
  if (bare instanceof z.ZodObject) return knownSettings(bare.shape[String(key)], rest);
  if (bare instanceof z.ZodRecord) return knownSettings(bare.valueType, rest);
  if (bare instanceof z.ZodArray) return knownSettings(bare.element, rest);
  return [];
}

/** Without what fills in defaults or lets it be left out. */
function unwrapped(schema: unknown): unknown {
  const isWrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional;
  return isWrapped ? unwrapped(schema.unwrap()) : schema;
}
