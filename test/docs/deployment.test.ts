import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../../worker/config-schema';
import { textOf } from '../ground/source-files';
import { errorsOf } from './schema-errors';

/** Seconds after which a worker ends whatever still runs. */
const FORCED_AFTER = Number(
  /shutdownForceTime: '(\d+)s'/.exec(textOf('worker/create-worker.ts'))?.[1],
);

const HEALTH_CHECK = /HEALTHCHECK .*\\\n\s+CMD (.+)/.exec(textOf('Dockerfile'))?.[1];

describe('examples/moveout-worker.service', () => {
  const text = textOf('examples/moveout-worker.service');
  const keys = new Map(
    [...text.matchAll(/^([A-Z][A-Za-z]+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
  );

  /** What systemd-analyze says against a unit; `undefined` on a machine without it. */
  function verify(unit: string): string | undefined {
    const folder = mkdtempSync(path.join(tmpdir(), 'moveout-unit-'));
    try {
      const file = path.join(folder, 'moveout-worker.service');
      writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
      const { error, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
        encoding: 'utf8',
      });
      return error === undefined ? (stdout + stderr).replaceAll(folder, '') : undefined;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is a unit that systemd understands', () => {
    const faults = verify(text);
    if (faults !== undefined) {
      expect(verify(text.replace('Restart=', 'Restarts='))).toContain('Restarts');
    }
    expect(faults ?? '').toBe('');
    const twice = [...text.matchAll(/^([A-Z][A-Za-z]+)=/gm)].length;
    expect(keys.size).toBe(twice);
  });

  it('starts the worker as npm run worker does', () => {
    const { scripts } = z
      .object({ scripts: z.object({ worker: z.string() }) })
      .parse(JSON.parse(textOf('package.json')));
    expect(keys.get('ExecStart')?.replace('/usr/bin/', '')).toBe(
      scripts.worker.replace('exec ', ''),
    );
  });

  it('asks the worker to stop as it wants to be asked, and waits longer than it takes', () => {
    expect(keys.get('KillSignal')).toBe('SIGTERM');
    expect(FORCED_AFTER).toBeGreaterThan(0);
    expect(parseInt(keys.get('TimeoutStopSec') ?? '', 10)).toBeGreaterThan(FORCED_AFTER);
  });

  it('runs as a user of its own, with its secrets in a file, and may write its backups alone', () => {
    expect(Object.fromEntries(keys)).toMatchObject({
      User: 'moveout',
      EnvironmentFile: '/etc/moveout/worker.env',
      Restart: 'on-failure',
      UMask: '0077',
      StateDirectoryMode: '0700',
      ProtectSystem: 'strict',
      NoNewPrivileges: 'true',
      CapabilityBoundingSet: '',
    });
    expect(text).not.toMatch(/^Environment=.*(URL|PASSWORD|KEY)/m);
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=true/m);
  });
});

describe('examples/kubernetes/moveout-worker.yaml', () => {
  const documents: readonly unknown[] = parseAllDocuments(
    textOf('examples/kubernetes/moveout-worker.yaml'),
  ).map((document) => z.unknown().parse(document.toJS()));
  const Probe = z.object({ exec: z.object({ command: z.array(z.string()) }) });
  const Spec = z.object({
    terminationGracePeriodSeconds: z.number(),
    securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1) }),
    containers: z.tuple([
      z.object({
        env: z.array(z.object({ name: z.string(), value: z.string() })),
        securityContext: z.object({
          allowPrivilegeEscalation: z.literal(false),
          readOnlyRootFilesystem: z.literal(true),
          capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
        }),
        startupProbe: Probe,
        readinessProbe: Probe,
        livenessProbe: Probe,
        volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
      }),
    ]),
    volumes: z.array(z.looseObject({ name: z.string() })),
  });
  const [configMap, claim, deployment] = documents;
  const spec = Spec.parse(
    z.object({ spec: z.object({ template: z.object({ spec: z.unknown() }) }) }).parse(deployment)
      .spec.template.spec,
  );
  const [worker] = spec.containers;
  const variables = Object.fromEntries(worker.env.map(({ name, value }) => [name, value]));
  const mounts = worker.volumeMounts.map(({ mountPath }) => mountPath);
  const isMounted = (file: string): boolean => mounts.some((mount) => file.startsWith(`${mount}/`));

  it('is valid by the schema of Kubernetes', () => {
    expect(documents).toHaveLength(3);
    new ConfigMap(
      z.custom<ConstructorParameters<typeof ConfigMap>[0]>().parse(configMap),
    ).validate();
    new PersistentVolumeClaim(
      z.custom<ConstructorParameters<typeof PersistentVolumeClaim>[0]>().parse(claim),
    ).validate();
    const Given = z.custom<ConstructorParameters<typeof Deployment>[0]>();
    new Deployment(Given.parse(deployment)).validate();
    const wrong = JSON.stringify(deployment).replace('"selector"', '"selctor"');
    expect(() => new Deployment(Given.parse(JSON.parse(wrong))).validate()).toThrow('selector');
  });

  it('probes the worker as the image does', () => {
    for (const probe of [worker.startupProbe, worker.readinessProbe, worker.livenessProbe]) {
      expect(probe.exec.command).toEqual(['sh', '-c', HEALTH_CHECK]);
    }
    expect(isMounted(variables['MOVEOUT_HEALTH_FILE'] ?? '')).toBe(true);
  });

  it('gives the worker longer than it takes to stop', () => {
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(FORCED_AFTER);
  });

  it('holds a configuration that is right, backups in a volume, and each URL in a file', () => {
    const { data } = z
      .object({ data: z.object({ 'moveout.config.yaml': z.string() }) })
      .parse(configMap);
    const given: unknown = parse(data['moveout.config.yaml']);
    expect(errorsOf(given)).toEqual([]);
    const { connections, backup } = configSchema.parse(given);
    expect(isMounted(backup.directory)).toBe(true);
    expect(isMounted(variables['MOVEOUT_CONFIG'] ?? '')).toBe(true);
    for (const { env } of Object.values(connections)) {
      expect(variables[env]).toBeUndefined();
      expect(isMounted(variables[`${env}_FILE`] ?? '')).toBe(true);
    }
    expect(worker.volumeMounts.map(({ name }) => name).sort()).toEqual(
      spec.volumes.map(({ name }) => name).sort(),
    );
  });
});
