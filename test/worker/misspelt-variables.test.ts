import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { misspeltVariables } from '../../worker/misspelt-variables';
import { runScript } from '../client/script';

const folder = mkdtempSync(path.join(tmpdir(), 'moveout-variables-'));
const config = path.join(folder, 'moveout.config.yaml');
writeFileSync(config, 'connections: { shared: { env: MOVEOUT_SOURCES_URL } }\nsource: shared\n');

afterAll(() => rmSync(folder, { recursive: true }));

const warnings = (...names: readonly string[]) =>
  misspeltVariables(Object.fromEntries(names.map((name) => [name, 'canary'])), config);

describe('a variable whose name nobody reads', () => {
  it.each([
    ['MOVEOUT_TASKQUEUE', 'MOVEOUT_TASK_QUEUE'],
    ['MOVEOUT_TASK_QUEUES', 'MOVEOUT_TASK_QUEUE'],
    ['moveout_task_queue', 'MOVEOUT_TASK_QUEUE'],
    ['MOVOUT_TASK_QUEUE', 'MOVEOUT_TASK_QUEUE'],
    ['MOVE_OUT_TASK_QUEUE', 'MOVEOUT_TASK_QUEUE'],
    ['MOVEOUT_CONFIG_FILE', 'MOVEOUT_CONFIG'],
    ['MOVEOUT_CONIFG', 'MOVEOUT_CONFIG'],
    ['MOVEOUT_LOGLEVEL', 'MOVEOUT_LOG_LEVEL'],
    ['MOVEOUT_HOST', 'MOVEOUT_HOST_ID'],
    ['MOVEOUT_SOURCE', 'MOVEOUT_SOURCE_URL'],
    ['MOVEOUT_SOURCE_ULR', 'MOVEOUT_SOURCE_URL'],
    ['TEMPORAL_ADRESS', 'TEMPORAL_ADDRESS'],
    ['TEMPRAL_ADDRESS', 'TEMPORAL_ADDRESS'],
    ['TEMPORAL_NAMESPCAE', 'TEMPORAL_NAMESPACE'],
    ['TEMPORAL_APIKEY', 'TEMPORAL_API_KEY'],
    ['TEMPORAL_CONFIG', 'TEMPORAL_CONFIG_FILE'],
    ['TEMPORAL_TLS_CLIENT_CERTPATH', 'TEMPORAL_TLS_CLIENT_CERT_PATH'],
  ])('is named with the one that it most likely means: %s', (name, meant) => {
    expect(warnings(name)).toEqual([
      `Warning: the variable ${name} is set, but nothing reads it; did you mean ${meant}?`,
    ]);
  });

  it('is not warned of if it is near to none, empty, or in the configuration file', () => {
    const others = [
      'MOVEOUT_TARGET_URL',
      'MOVEOUT_HOME',
      'TEMPORAL_CODEC_ENDPOINT',
      'PATH',
      'MOVEOUT_SOURCE_URL_FILE',
    ];
    const meta = ['TEMPORAL_GRPC_META_X_TENANT', 'TEMPORAL_CLOUD_API_KEY', 'TEMPORAL_TLS_CA'];
    expect(warnings(...others, ...meta)).toEqual([]);
    expect(warnings('MOVEOUT_SOURCES_URL', 'MOVEOUT_SOURCES_URL_FILE')).toEqual([]);
    expect(misspeltVariables({ MOVEOUT_TASKQUEUE: '' }, config)).toEqual([]);
  });

  it('is said by each program, before it refuses', async () => {
    const env = { MOVEOUT_TASKQUEUE: 'canary', MOVEOUT_SOURCE_URL: 'no-url' };
    const asked = [['plan', '--project-ref=project-abc', '--database=a', '--json'], ['worker']];
    for (const args of asked) {
      const { status, stderr, stdout } = await runScript(args, {
        ...{ cwd: folder, env: { ...env, TEMPORAL_ADDRESS: '' }, program: 'main' },
      });
      expect(status).toBe(2);
      expect(stderr).toContain('MOVEOUT_TASKQUEUE is set, but nothing reads it');
      expect(stdout + stderr).not.toContain('canary');
    }
  });
});
