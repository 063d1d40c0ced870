import Ajv from 'ajv';
import { z } from 'zod';
import { textOf } from '../ground/source-files';

const schema: unknown = JSON.parse(textOf('docs/moveout.schema.json'));
const validate = new Ajv({ strictTypes: false }).compile(
  z.record(z.string(), z.unknown()).parse(schema),
);

/** What the committed JSON schema says against a configuration, each with its place; empty if nothing. */
export function errorsOf(configuration: unknown): readonly string[] {
  if (validate(configuration)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = '' }) => `${instancePath} ${message}`,
  );
}
