import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../local/temporal-cli';
import { textOf } from './source-files';

// The Compose specification's own JSON schema, as the linter dclint carries it.
const SCHEMA = path.join(packageRoot(), 'node_modules/dclint/schemas/compose.schema.json');

const File = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string().optional(),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
    }),
  ),
});

const text = textOf('docker-compose.yml');
const document: unknown = parse(text, { merge: true });
const { services } = File.parse(document);

function schemaErrors(value: unknown): unknown {
  const schema: unknown = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const ajv = addFormats(new Ajv({ strict: false, validateSchema: false }));
  const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));
  return validate(value) ? [] : validate.errors;
}

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose specification', () => {
    expect(schemaErrors(document)).toEqual([]);
    expect(schemaErrors({ services: { worker: { helthcheck: {} } } })).not.toEqual([]);
  });

  it('checks the health of every service, the worker’s in its image alone, and starts the worker after the others', () => {
    const unchecked = Object.entries(services).filter(([, service]) => !service.healthcheck);
    expect(unchecked.map(([name]) => name)).toEqual(['worker']);
    expect(textOf('Dockerfile').match(/^HEALTHCHECK /gm)).toHaveLength(1);
    expect(services['worker']?.depends_on).toEqual({
      temporal: { condition: 'service_healthy' },
      source: { condition: 'service_healthy' },
      target: { condition: 'service_healthy' },
    });
  });

  it('pins every image and publishes to this machine only', () => {
    const images = Object.values(services).flatMap(({ image }) => (image ? [image] : []));
    expect(images.filter((image) => !/:\d/.test(image))).toEqual([]);
    const ports = text.match(/^ +- \S+:\d+:\d+$/gm) ?? [];
    expect(ports).toHaveLength(4);
    expect(ports.filter((port) => !port.includes('- 127.0.0.1:'))).toEqual([]);
    // Those of the Supabase CLI: its API, its database, its studio.
    expect(ports.filter((port) => /:5432[0-9]:/.test(port))).toEqual([]);
  });

  it('lets no service gain rights or fill the disk with its log', () => {
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        security_opt: ['no-new-privileges:true'],
        logging: { options: { 'max-size': '10m' } },
      });
    }
    expect(services['worker']).toMatchObject({ cap_drop: ['ALL'] });
  });

  it('takes every password from the environment and has no default for one', () => {
    const variables = text.match(/\$\{[^}]*PASSWORD[^}]*\}/g) ?? [];
    expect(variables).toHaveLength(4);
    expect(variables.filter((variable) => !/PASSWORD:\?[^}]/.test(variable))).toEqual([]);
    expect(text).not.toMatch(/PASSWORD: (?!\$\{)/);
  });
});
