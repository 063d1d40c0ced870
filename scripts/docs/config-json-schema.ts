import { z } from 'zod';
import { configSchema } from '../../worker/config-schema';

/** The JSON schema of `moveout.config.yaml`, for editors: draft 7 is what they know. */
export function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    // What a plain schema cannot say stays open; moveout itself still checks it.
    unrepresentable: 'any',
  });
  const about = { title: 'moveout.config.yaml', description: 'The configuration of moveout.' };
  return { $schema, ...about, ...schema };
}
