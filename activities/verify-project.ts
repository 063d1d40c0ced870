import type { Job } from '../workflows/domain/job';
import type { Evidence } from '../workflows/domain/report';
import { attempt } from './attempt';
import { refsBeside } from './plan/servers';
import { transaction } from './postgres/transaction';
import type { Resources } from './resources';
import { fingerprintSource } from './verify/compare-source';
import { gatherEvidence, type WithSource } from './verify/gather-evidence';
import type { Verification } from './verify/verification';

/**
 * Compares the target with the backup that was loaded into it, and the source with that backup: rows
 * by fingerprint in both directions, generated columns, schema, sequences, foreign keys, tables that
 * nobody expects. Where rows differ, their primary keys go into files beside the backup. Neither
 * database is changed: what is set apart in the target's server is temporary and rolled back.
 */
export async function verifyProject(resources: Resources, job: Job): Promise<Evidence> {
  return attempt(
    resources,
    {
      step: 'verifyProject',
      projectRef: job.project.projectRef,
      source: job.source?.connection,
    },
    async ({ connections, meter }) => {
      const { store } = resources;
      const manifest = await store.manifest(job.backupId);
      const verification = { connections, meter, store, job, manifest };
      return gatherEvidence(verification, sourceOf(resources, verification));
    },
  );
}

function sourceOf(
  { settings }: Resources,
  { connections, job, manifest }: Verification,
): WithSource {
  const { source, project } = job;
  if (source === undefined)
    return (use) => use({ client: undefined, read: () => Promise.resolve(new Map()) });
  return async (use) => {
    const { connection } = source;
    const { tenancy = settings.tenancy } = manifest;
    const asked = { settings: { ...settings, tenancy }, source: connection };
    const configuredRefs = await refsBeside(connections, asked, project);
    const wanted = { projectRef: project.projectRef, configuredRefs };
    return connections.with({ connection, access: 'read' }, (client) =>
      transaction(client, 'read-snapshot', () =>
        use({ client, read: () => fingerprintSource(client, manifest, wanted) }),
      ),
    );
  };
}
