import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import path from 'node:path';
import { makeCluster, type Cluster } from '../errors/bare-server';
import { onlooking } from '../errors/landing';
import { until } from '../support/until';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('the log of a server', () => {
  let cluster: Cluster;
  let server: ChildProcess;
  let bed: Testbed;
  let log = '';
  beforeAll(async () => {
    cluster = await makeCluster();
    const { bin, data, port, url } = cluster;
    const { uid, gid } = statSync(data);
    server = spawn(
      path.join(bin, 'postgres'),
      ['-D', data, '-p', String(port), '-c', 'log_line_prefix=%a: '],
      { uid, gid, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await until('the server answers', () =>
      onlooking(url, () => Promise.resolve(true)).catch(() => false),
    );
    process.env['MOVEOUT_TEST_POSTGRES_URL'] = url;
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    server.kill('SIGINT');
    await once(server, 'exit');
    cluster.remove();
  });

  /** What moveout's own sessions made the server write down. */
  function linesOfOurs(): readonly string[] {
    return log.split('\n').filter((line) => /^moveout (?!test)/.test(line));
  }

  it('has no warning and no error of a migration, a backup, a verification and a refused plan', async () => {
    const project = bed.nextProject();
    for (const [type, outcome] of [
      ['migrateProject', 'migrated'],
      ['verifyProject', 'verified'],
      ['backupProject', 'backed-up'],
      ['migrateProject', 'refused'],
    ] as const) {
      const { report } = await bed.run(type, project);
      expect([type, report?.outcome]).toEqual([type, outcome]);
    }
    expect(linesOfOurs()).toEqual([]);
  });
});
