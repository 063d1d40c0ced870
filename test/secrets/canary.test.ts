import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../support/until';
import { newCanary, tracesOf } from './canary';
import { watchProcesses } from './process-watch';

const canary = newCanary();
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('tracesOf', () => {
  it.each([
    ['in clear', `{"user":"${canary}@example.com"}`],
    ['in capitals', canary.toUpperCase()],
    ['in a URL', `postgresql://someone:${canary}@host/db`],
    ['as bytea', `\\x${Buffer.from(`a${canary}b`).toString('hex')}`],
    ['in a payload', `{"data":"${base64(`{"a":"${canary}"}`)}"}`],
    ['in a payload, one byte on', `{"data":"${base64(`{"ab":"${canary}"}`)}"}`],
    ['in a payload, two bytes on', `{"data":"${base64(`{"abc":"${canary}"}`)}"}`],
    ['in a payload in a payload', base64(`{"data":"${base64(`{"a":"${canary}"}`)}"}`)],
    [
      'in base64 that is cut',
      base64(`${'-'.repeat(100)}${canary}${'-'.repeat(100)}`).slice(70, -70),
    ],
  ])('finds the canary %s', (_name, material) => {
    expect(tracesOf(canary, `before ${material} after`)).not.toEqual([]);
    expect(tracesOf(canary, Buffer.from(`\0\x01${material}\xff`, 'latin1'))).not.toEqual([]);
  });

  it('finds nothing where there is nothing', () => {
    const other = newCanary();
    expect(tracesOf(canary, `${other} ${base64(other)} ${base64(base64(other))}`)).toEqual([]);
  });
});

describe('watchProcesses', () => {
  it('sees the arguments and the environment of every process', async () => {
    const watch = watchProcesses([canary]);
    const env = { ...process.env, PLANTED: canary };
    const script = 'setTimeout(() => undefined, 5000)';
    const byArgument = spawn(process.execPath, ['-e', script, canary]);
    const byVariable = spawn(process.execPath, ['-e', script], { env });
    await until('both to be seen', () => watch.sightings().length >= 2);
    expect(watch.sightings()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pid: byArgument.pid, place: 'cmdline' }),
        expect.objectContaining({ pid: byVariable.pid, place: 'environ' }),
      ]),
    );
    watch.stop();
    for (const child of [byArgument, byVariable]) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
});
