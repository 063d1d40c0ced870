import type { Job } from '../workflows/domain/job';
import type { Manifest } from '../workflows/domain/manifest';
import { PROJECT_SCHEMAS } from '../workflows/domain/names';
import type { Evidence, TableEvidence } from '../workflows/domain/report';
import type { Fingerprint } from '../workflows/domain/fingerprint';
import { attempt, type Attempt } from './attempt';
import { configuredProjects } from './plan/projects';
import { targetPlace } from './postgres/maintenance';
import { compareSchemas, readSchema } from './postgres/schema';
import { transaction } from './postgres/transaction';
import type { Resources } from './resources';
import { driftOf, fingerprintSource } from './verify/compare-source';
import {
  differingTables,
  fingerprintTarget,
  orphanDifferences,
  sequenceDifferences,
  type Fingerprints,
} from './verify/compare-target';

/**
 * Compares the target with the backup that was loaded into it, and the source with that backup: rows
 * by fingerprint in both directions, schema, sequences, foreign keys. Reads only.
 */
export async function verifyProject(resources: Resources, job: Job): Promise<Evidence> {
  return attempt(
    resources,
    { step: 'verifyProject', projectRef: job.project.projectRef },
    (current) => gather(resources, job, current),
  );
}

async function gather(resources: Resources, job: Job, current: Attempt): Promise<Evidence> {
  const { connections } = current;
  const manifest = await resources.store.manifest(job.backupId);
  const [target, source] = await Promise.all([
    readTarget(job, manifest, current),
    readSource(resources.settings, { job, manifest }, current),
  ]);
  const place = targetPlace(job.target, 'read');
  const schema = await connections.withPool(place, (pool) => readSchema(pool, PROJECT_SCHEMAS));
  const recorded = await resources.store.readText(job.backupId, manifest.schema.snapshot.file);
  const schemaDifferences =
    schema.digest === manifest.schema.digest ? [] : compareSchemas(recorded, schema);
  const rowDifferences = differingTables(manifest, target.found).map(
    (table) => `rows of ${table} differ`,
  );
  return {
    tables: manifest.contents.map((content) => evidenceOf(content, target.found, source)),
    drift: driftOf(manifest, source),
    differences: [...rowDifferences, ...schemaDifferences, ...target.differences],
  };
}

async function readTarget(
  job: Job,
  manifest: Manifest,
  { connections, meter }: Attempt,
): Promise<{ readonly found: Fingerprints; readonly differences: readonly string[] }> {
  return connections.with(targetPlace(job.target, 'read'), (client) =>
    transaction(client, 'read-snapshot', async () => {
      const found = await fingerprintTarget(client, manifest, (table) => {
        meter.at(table);
      });
      const sequences = await sequenceDifferences(client, manifest);
      return { found, differences: [...sequences, ...(await orphanDifferences(client))] };
    }),
  );
}

async function readSource(
  settings: Resources['settings'],
  { job, manifest }: { readonly job: Job; readonly manifest: Manifest },
  { connections }: Attempt,
): Promise<ReadonlyMap<string, Fingerprint>> {
  const { source, project } = job;
  if (source === undefined) return new Map();
  const configured = await configuredProjects(connections, settings);
  const configuredRefs = configured?.map((other) => other.ref);
  return connections.with({ connection: source.connection, access: 'read' }, (client) =>
    transaction(client, 'read-snapshot', () =>
      fingerprintSource(client, manifest, { projectRef: project.projectRef, configuredRefs }),
    ),
  );
}

function evidenceOf(
  content: Manifest['contents'][number],
  target: Fingerprints,
  source: ReadonlyMap<string, Fingerprint>,
): TableEvidence {
  const there = target.get(content.table);
  return {
    table: content.table,
    rows: content.rows,
    targetRows: there?.rows,
    digests: {
      manifest: content.digest,
      target: there?.digest,
      source: source.get(content.table)?.digest,
    },
    equal: there?.rows === content.rows && there.digest === content.digest,
  };
}
